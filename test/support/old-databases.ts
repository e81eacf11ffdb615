import { DatabaseSync } from "node:sqlite";
import { MIGRATIONS } from "../../src/services/conversations/sqlite/sqlite-migrations.ts";

/**
 * A database as the first version of the schema left it: a profile with a conversation, and a general one that is
 * older, each with an exchange; one reply streaming; the newest message deleted.
 */
export function writeVersion1(path: string): void {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = WAL");
  db.exec(MIGRATIONS[0] ?? "");
  db.exec(`
    PRAGMA user_version = 1;
    INSERT INTO model_profiles VALUES (7, 'Tower', '', NULL, '', '{}', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z');
    INSERT INTO conversations (id, user_id, model_id, agent_id, title, active, created_at, updated_at) VALUES
      (1, 'local', 7, 'architect', 'Newer', 1, '2026-01-01T00:00:00.000Z', '2026-01-03T00:00:00.000Z'),
      (2, 'local', NULL, 'architect', 'Older', 1, '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z');
    INSERT INTO messages
      (id, conversation_id, model_id, role, message_type, content, agent_id, status, usage, error, created_at) VALUES
      (1, 1, 7, 'user', 'chat', 'Hi', 'architect', 'complete', NULL, NULL, '2026-01-01T00:00:00.000Z'),
      (2, 1, 7, 'assistant', 'chat', 'Hello', 'architect', 'complete',
       '{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}', NULL, '2026-01-01T00:00:00.000Z'),
      (3, 2, NULL, 'user', 'chat', 'Count', 'architect', 'complete', NULL, NULL, '2026-01-01T00:00:00.000Z'),
      (4, 2, NULL, 'assistant', 'chat', '1, 2', 'architect', 'streaming', NULL, NULL, '2026-01-01T00:00:00.000Z'),
      (9, 1, 7, 'system', 'summary', 'short', 'architect', 'complete', NULL, NULL, '2026-01-01T00:00:00.000Z');
    DELETE FROM messages WHERE id = 9;
  `);
  db.close();
}

/**
 * The same as the second version left it, with what that one brought: a client's key, and text of the streaming reply
 * that stands beside its row.
 */
export function writeVersion2(path: string): void {
  writeVersion1(path);
  bringTo(
    2,
    path,
    `UPDATE messages SET client_message_id = 'key' WHERE id = 1;
     UPDATE messages SET writer = 'gone' WHERE id = 4;
     INSERT INTO reply_parts VALUES (4, 4, ', 3'), (4, 7, ', 4');`,
  );
}

/** The same as the third version left it, with what that one brought: thoughts. */
export function writeVersion3(path: string): void {
  writeVersion2(path);
  bringTo(3, path, "UPDATE messages SET thinking = 'A greeting.' WHERE id = 2;");
}

/** The same as the fourth version left it, with what that one brought: versions. */
export function writeVersion4(path: string): void {
  writeVersion3(path);
  bringTo(4, path);
}

/** The same as the fifth version left it, with what that one brought: the index of words. */
export function writeVersion5(path: string): void {
  writeVersion4(path);
  bringTo(5, path);
}

/** The same as the sixth version left it, with what that one brought: indexes alone. */
export function writeVersion6(path: string): void {
  writeVersion5(path);
  bringTo(6, path);
}

/** The same as the seventh version left it, with what that one brought: keys for exports. */
export function writeVersion7(path: string): void {
  writeVersion6(path);
  bringTo(7, path);
}

/** The same as the eighth version left it, with what that one brought: for how long a reply has thought. */
export function writeVersion8(path: string): void {
  writeVersion7(path);
  bringTo(8, path, "UPDATE messages SET thinking_ms = 1200 WHERE id = 2;");
}

/** Brings a database from the version before to this one, as its program did, and writes what that one brought. */
function bringTo(version: number, path: string, rows = ""): void {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA foreign_keys = OFF; ${MIGRATIONS[version - 1]} PRAGMA user_version = ${version}; ${rows}`);
  db.close();
}
