import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UserError } from "../../../../src/errors/user-error.ts";
import { checkSqliteFile } from "../../../../src/services/conversations/sqlite/check-sqlite.ts";
import { SCHEMA_VERSION } from "../../../../src/services/conversations/sqlite/sqlite-migrations.ts";
import { writeVersion1 } from "../../../support/old-databases.ts";
import { exchangeOf, openConversation, openRaw, openTestStore } from "../../../support/store.ts";
import { tempFolder } from "../../../support/temp.ts";

async function checkable() {
  const { store, own, path } = openTestStore();
  const sessionId = await openConversation(own, null);
  await exchangeOf(store, sessionId, "Hi", "Hello");
  return { store, own, path, sessionId, db: openRaw(path) };
}

test("a database in use is looked at beside its writer, and tells who writes", async () => {
  const { store, own, path, sessionId } = await checkable();
  await own.messages.begin({ sessionId, content: "On", modelName: null });
  expect(checkSqliteFile(path)).toMatchObject({
    ok: true,
    schema_version: SCHEMA_VERSION,
    conversations: 1,
    messages: 4,
    streaming: { owned: 1, left: 0 },
    problems: [],
  });
  await store.replies.release();
  expect(checkSqliteFile(path)).toMatchObject({
    ok: true,
    streaming: { owned: 0, left: 1 },
    notes: [expect.stringContaining("left by an HMI that has ended")],
  });
});

const UNGUARDED = "DROP TRIGGER messages_stay; DROP INDEX messages_one_streaming;";

test.each([
  ["UPDATE conversations SET message_count = 5", "message_count is wrong: 1"],
  ["PRAGMA foreign_keys = OFF; DELETE FROM conversations", "messages: 2 rows belong to nothing"],
  ["DROP TRIGGER messages_keep_model_id", "the trigger messages_keep_model_id is missing"],
  [
    "DROP INDEX conversations_listed; CREATE INDEX conversations_listed ON conversations (title)",
    "the index conversations_listed is not as this stack makes it",
  ],
  [
    `${UNGUARDED} UPDATE messages SET model_id = 5`,
    "messages with another model_id than their conversation's: 2",
  ],
  [
    `${UNGUARDED} INSERT INTO messages (conversation_id, role, message_type, content, agent_id, status, created_at)
     SELECT conversation_id, 'assistant', message_type, content, agent_id, 'streaming', created_at FROM messages`,
    "conversations with more than one reply that is being written: 1",
  ],
  [
    "INSERT INTO reply_parts VALUES (2, 'text', 0, 'x', NULL)",
    "replies that have ended and have text beside their row: 1",
  ],
  [
    `INSERT INTO model_profiles VALUES (5, 'bob', 'Tower', '', NULL, '', '{}', '', '', 'key');
     DROP TRIGGER conversations_stay; UPDATE conversations SET model_id = 5`,
    "conversations of another user than their profile's: 1",
  ],
  [
    `INSERT INTO client_keys SELECT user_id, 'key', id FROM conversations; UPDATE client_keys SET user_id = 'bob'`,
    "clients' keys of another user than their conversation's: 1",
  ],
  [
    "DROP TRIGGER messages_keep_their_place; UPDATE messages SET parent = id WHERE role = 'assistant'",
    "messages that follow one that is not before them in their conversation: 1",
  ],
  [
    "UPDATE messages SET chosen = 0 WHERE role = 'user'",
    "places in a conversation at which no version is shown: 1",
  ],
  [
    `DROP TRIGGER messages_replace_their_own;
     INSERT INTO messages (conversation_id, role, message_type, content, agent_id, status, created_at, replaces)
     SELECT conversation_id, 'assistant', message_type, '', agent_id, 'streaming', created_at, id
       FROM messages WHERE role = 'user'`,
    "replies that are to replace what is no reply to the same message: 1",
  ],
])("%s is found", async (sql, problem) => {
  const { path, db } = await checkable();
  db.exec(sql);
  const check = checkSqliteFile(path);
  expect(check.ok).toBe(false);
  expect(check.problems).toContainEqual(expect.stringContaining(problem));
});

test("a page that was overwritten is found", async () => {
  const { store, path, sessionId } = await checkable();
  for (let more = 0; more < 50; more += 1) await exchangeOf(store, sessionId, "x".repeat(900), "y");
  await store.close();
  openRaw(path).exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const bytes = readFileSync(path);
  bytes.fill(0xaa, bytes.length - 8192, bytes.length - 4096);
  const spoilt = join(tempFolder(), "chat.db");
  writeFileSync(spoilt, bytes);
  const check = checkSqliteFile(spoilt);
  expect([check.ok, check.problems.length > 0]).toEqual([false, true]);
});

test("a database of an older version is looked at and not changed", () => {
  const path = join(tempFolder(), "chat.db");
  writeVersion1(path);
  const before = readFileSync(path);
  expect(checkSqliteFile(path)).toMatchObject({
    ok: true,
    schema_version: 1,
    notes: [
      expect.stringContaining("brings it to schema version"),
      expect.stringContaining("left by an HMI"),
    ],
  });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test.each([
  ["no file", undefined, "database_missing"],
  ["a letter", "Dear database, ".repeat(100), "database_unreadable"],
  ["an empty file", "", "database_unreadable"],
])("%s cannot be looked at", (_, content, code) => {
  const path = join(tempFolder(), "chat.db");
  if (content !== undefined) writeFileSync(path, content);
  expect(() => checkSqliteFile(path)).toThrow(UserError);
  try {
    checkSqliteFile(path);
  } catch (error) {
    expect(error).toMatchObject({ code, exitCode: 2 });
  }
});
