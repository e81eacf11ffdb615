import { join } from "node:path";
import { expect, test } from "vitest";
import { openRaw } from "../../../support/store.ts";
import { startStoreProcesses } from "../../../support/store-processes.ts";
import { tempFolder } from "../../../support/temp.ts";

test("8 processes that open a new file at once agree on one active conversation", async () => {
  const path = join(tempFolder(), "chat.db");
  const processes = await startStoreProcesses(8, path);
  const answers = await Promise.all(
    processes.map((each) => each.call("conversations", "open", { modelId: null })),
  );
  expect(answers.map(({ error }) => error)).toEqual(Array(8).fill(undefined));
  expect(new Set(answers.map(({ result }) => result?.session.session_id)).size).toBe(1);
  expect(answers.filter(({ result }) => result?.created)).toHaveLength(1);
  expect(openRaw(path).prepare("SELECT count(*) AS n FROM conversations").get()).toEqual({ n: 1 });
});
