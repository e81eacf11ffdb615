import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { CheckpointThread } from "../../../../src/services/conversations/sqlite/checkpoint-thread.ts";
import { openRaw } from "../../../support/store.ts";
import { tempFolder } from "../../../support/temp.ts";

function startThread(): CheckpointThread {
  const thread = new CheckpointThread();
  onTestFinished(() => thread.close());
  return thread;
}

/** A database whose tables are in its WAL alone. */
function openUnmoved() {
  const path = join(tempFolder(), "chat.db");
  const db = openRaw(path);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE filler (content BLOB)");
  const fill = (): void => db.exec("INSERT INTO filler VALUES (randomblob(1048576))");
  return { path, fill, size: () => statSync(path).size };
}

test("what is asked for at once is done one after the other, by one thread", async () => {
  const thread = startThread();
  const databases = [openUnmoved(), openUnmoved(), openUnmoved()];
  for (const { fill } of databases) fill();
  const results = databases.map(({ path }) => thread.checkpoint({ path, patienceMs: 1_000 }));
  expect(await Promise.all(results)).toEqual(databases.map(() => ({ isWhole: true })));
  for (const { size } of databases) expect(size()).toBeGreaterThan(1024 * 1024);
});

test("a thread that has failed is followed by another one", async () => {
  const thread = startThread();
  const { path, fill, size } = openUnmoved();
  const gone = join(tempFolder(), "gone.db");
  await expect(thread.checkpoint({ path: gone, patienceMs: 0 })).rejects.toThrow("unable to open");
  fill();
  expect(await thread.checkpoint({ path, patienceMs: 1_000 })).toEqual({ isWhole: true });
  expect(size()).toBeGreaterThan(1024 * 1024);
  await thread.close();
  fill();
  expect(await thread.checkpoint({ path, patienceMs: 1_000 })).toEqual({ isWhole: true });
  expect(size()).toBeGreaterThan(2 * 1024 * 1024);
});
