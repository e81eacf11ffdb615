import { expect, test } from "vitest";
import { confirm } from "../../src/cli/confirm-with-person.ts";
import { readableScreen } from "../support/screen.ts";

test("where nobody can answer, it says what would have been asked, and how to answer beforehand", async () => {
  const { screen } = readableScreen();
  await expect(confirm(screen, "Port 6101 of hmi is taken by pid 7.")).rejects.toMatchObject({
    code: "bad_flag",
    message: "Port 6101 of hmi is taken by pid 7. Nobody is there to be asked whether to stop it.",
    hint: "Say yes beforehand with --yes.",
  });
});
