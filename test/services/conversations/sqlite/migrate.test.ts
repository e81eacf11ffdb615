import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { checkDatabase } from "../../../../src/services/conversations/sqlite/check-database.ts";
import { backupPath } from "../../../../src/services/conversations/sqlite/migrate.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "../../../../src/services/conversations/sqlite/schema.ts";
import { exchangeOf, openRaw, openTestStore } from "../../../support/store.ts";
import { tempFolder } from "../../../support/temp.ts";
import { writeVersion1 } from "../../../support/version-1.ts";

function version1(): string {
  const path = join(tempFolder(), "chat.db");
  writeVersion1(path);
  return path;
}

test("a database of version 1 keeps every row, and is counted and ordered as before", async () => {
  const { store, path } = openTestStore(version1());
  const { sessions } = await store.conversations.list({ limit: 10, offset: 0 });
  expect(sessions).toMatchObject([
    { session_id: "1", model_id: 7, title: "Newer", message_count: 2 },
    { session_id: "2", model_id: null, title: "Older", message_count: 2 },
  ]);
  expect(await store.messages.list("1")).toMatchObject([
    { message_id: "1", content: "Hi" },
    { message_id: "2", content: "Hello", usage: { total_tokens: 2 } },
  ]);
  expect((await store.messages.takeOver()).replies).toMatchObject([{ message_id: "4", content: "1, 2" }]);
  expect(checkDatabase(path)).toMatchObject({ ok: true, schema_version: SCHEMA_VERSION });
});

test("the keys of what was deleted before are not given out again", async () => {
  const { store } = openTestStore(version1());
  const { user } = await exchangeOf(store, "1", "Hi again", "Hello");
  expect(user.message_id).toBe("10");
});

test("the database as it was is kept beside it, for its owner alone", () => {
  const { path } = openTestStore(version1());
  const backup = backupPath(path, 1);
  expect(statSync(backup).mode & 0o777).toBe(0o600);
  const old = new DatabaseSync(backup, { readOnly: true });
  expect(old.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
  expect(old.prepare("SELECT count(*) AS n FROM messages").get()).toEqual({ n: 4 });
  old.close();
});

test("a new database has nothing to keep", () => {
  const { path } = openTestStore();
  expect(existsSync(backupPath(path, 1))).toBe(false);
  expect(existsSync(backupPath(path, 0))).toBe(false);
});

test("a database of another program is refused, and nothing is put into it", () => {
  const path = join(tempFolder(), "chat.db");
  const other = openRaw(path);
  other.exec("CREATE TABLE messages (x); CREATE TABLE invoices (x)");
  expect(() => openTestStore(path)).toThrow("is not this stack's: it has the tables messages, invoices");
  expect(other.prepare("SELECT count(*) AS n FROM sqlite_schema").get()).toEqual({ n: 2 });
});

/** The sqlite3 of the system; Debian's of 2023 (3.40) is the one that once lost every row. */
const SHELL = spawnSync("sqlite3", ["--version"], { encoding: "utf8" });

function sqlite3(path: string, input: string): string {
  const { status, stdout, stderr } = spawnSync("sqlite3", ["-bail", path], { input, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

test.skipIf(SHELL.status !== 0)(
  "what the sqlite3 shell dumps it restores, with every row (needs sqlite3)",
  async () => {
    const folder = tempFolder();
    const { store, path } = openTestStore(join(folder, "chat.db"));
    const { session_id } = await store.conversations.create({ modelId: null, agentId: "architect" });
    await exchangeOf(store, session_id, "Hi", "Hello 🏛️ 'quoted'\nlines");
    const { reply } = await store.messages.begin({ sessionId: session_id, content: "On", modelName: null });
    await store.messages.grow(reply.message_id, 0, "half");
    const restored = join(folder, "restored.db");
    sqlite3(restored, sqlite3(path, ".dump"));
    expect(checkDatabase(restored)).toMatchObject({ ok: true, problems: [], messages: 4 });

    const { store: again } = openTestStore(restored);
    expect(await again.messages.list(session_id)).toEqual(await store.messages.list(session_id));
    expect(await again.conversations.get(session_id)).toEqual(await store.conversations.get(session_id));
    // The copy has no writer: it is another database.
    expect((await again.messages.takeOver()).replies).toMatchObject([{ content: "half" }]);
    expect((await store.messages.find(reply.message_id))?.status).toBe("streaming");
    expect(readdirSync(folder).filter((name) => name.includes("version"))).toEqual([]);
  },
);

test.skipIf(SHELL.status !== 0)("a restored dump of version 1 is known as that (needs sqlite3)", async () => {
  const path = join(tempFolder(), "restored.db");
  // Without its rows: that version's own checks are what an older shell stumbles over.
  sqlite3(path, MIGRATIONS[0] ?? "");
  const { store } = openTestStore(path);
  expect(await store.conversations.list({ limit: 10, offset: 0 })).toEqual({ sessions: [], total: 0 });
});
