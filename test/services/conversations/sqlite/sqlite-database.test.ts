import { chmodSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../../../src/services/conversations/sqlite/sqlite-database.ts";
import { giveAway, IS_ROOT } from "../../../support/other-user.ts";
import { tempFolder } from "../../../support/temp.ts";

function modesIn(folder: string): [string, number][] {
  return readdirSync(folder).map((file) => [file, statSync(join(folder, file)).mode & 0o777]);
}

const CLOSED = [
  ["chat.db", 0o600],
  ["chat.db-shm", 0o600],
  ["chat.db-wal", 0o600],
];

test("the database and what SQLite keeps beside it are for their owner only, as is a folder made for it", async () => {
  const folder = join(tempFolder(), "data");
  const db = openDatabase(join(folder, "chat.db"));
  expect(modesIn(folder)).toEqual(CLOSED);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await db.close();
});

test("one that was open to others is closed, also while it is in use; its folder is left as it is", async () => {
  const folder = tempFolder();
  chmodSync(folder, 0o755);
  const first = openDatabase(join(folder, "chat.db"));
  for (const [file] of modesIn(folder)) chmodSync(join(folder, file), 0o644);
  const second = await first.write(async (sql) => {
    const opened = openDatabase(join(folder, "chat.db"));
    expect(modesIn(folder)).toEqual(CLOSED);
    await sql.run("UPDATE messages SET content = content");
    return opened;
  });
  await second.close();
  expect(statSync(folder).mode & 0o777).toBe(0o755);
  await first.close();
});

const refused = (text: string) =>
  expect.objectContaining({ name: "UserError", message: expect.stringContaining(text) });

test("a symbolic link is not followed", async () => {
  const folder = tempFolder();
  const elsewhere = join(tempFolder(), "chat.db");
  await openDatabase(elsewhere).close();
  symlinkSync(elsewhere, join(folder, "chat.db"));
  expect(() => openDatabase(join(folder, "chat.db"))).toThrow(refused("symbolic link"));
});

test.runIf(IS_ROOT)("another user's database is not opened (as root only)", async () => {
  const path = join(tempFolder(), "chat.db");
  await openDatabase(path).close();
  giveAway(path);
  expect(() => openDatabase(path)).toThrow(refused(`${path} belongs to`));
});
