import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { startFailed } from "../../src/supervisor/start-failed.ts";
import { serviceFiles } from "../../src/supervisor/state-folder.ts";
import { temporaryState } from "./helpers.ts";

test("what a service wrote steers nobody's terminal when its end is told", async () => {
  const state = temporaryState();
  const { log } = serviceFiles(state, "sample");
  writeFileSync(log, "\u001b[31mred\u001b[0m\n\u001b_command\u001b\\ \u0007bell \bback \u000bover\n");
  const { hint } = await startFailed({ name: "sample" }, state, "it exited with code 1", 0);
  expect(hint).toBe(
    `The end of ${log}:\n  red\n    bell  back  over\n\`stack logs sample\` shows all of it.`,
  );
});
