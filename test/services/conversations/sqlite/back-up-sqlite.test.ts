import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { backUpDatabase } from "../../../../src/services/conversations/sqlite/back-up-sqlite.ts";
import { checkSqliteFile } from "../../../../src/services/conversations/sqlite/check-sqlite.ts";
import { exchangeOf, openConversation, openTestStore } from "../../../support/store.ts";
import { tempFolder } from "../../../support/temp.ts";

test("a store that is written to meanwhile is copied as it is at one moment, whole, in one private file", async () => {
  const { store, own, path } = openTestStore();
  const sessionId = await openConversation(own, null);
  await exchangeOf(store, sessionId, "before", "answer");
  let isDone = false;
  const writing = (async () => {
    while (!isDone) await exchangeOf(store, sessionId, "meanwhile", "answer");
  })();
  const folder = tempFolder();
  const backup = join(folder, "copy.db");
  const made = await backUpDatabase(path, backup).finally(() => {
    isDone = true;
  });
  await writing;
  expect(made).toMatchObject({ path, backup });
  expect(readdirSync(folder)).toEqual(["copy.db"]);
  expect(statSync(backup).mode & 0o777).toBe(0o600);
  expect(checkSqliteFile(backup)).toMatchObject({ ok: true, messages: made.messages });
  const copy = openTestStore(backup);
  const [first] = await copy.own.messages.list(sessionId);
  expect(first?.content).toBe("before");
});

test("nothing is overwritten, and nothing is left of what could not be made", async () => {
  const folder = tempFolder();
  const { path } = openTestStore();
  const there = join(folder, "there.db");
  writeFileSync(there, "mine");
  await expect(backUpDatabase(path, there)).rejects.toThrow("is not overwritten");
  await expect(backUpDatabase(join(folder, "none.db"), join(folder, "x.db"))).rejects.toThrow(
    "There is no database",
  );
  await expect(backUpDatabase(path, join(folder, "no-folder/x.db"))).rejects.toThrow("is not backed up");
  const broken = join(folder, "broken.db");
  writeFileSync(broken, "This is a letter, not a database. ".repeat(100));
  await expect(backUpDatabase(broken, join(folder, "x.db"))).rejects.toMatchObject({
    code: "database_unreadable",
  });
  expect(readdirSync(folder).toSorted()).toEqual(["broken.db", "there.db"]);
  expect(existsSync(join(folder, "x.db"))).toBe(false);
});
