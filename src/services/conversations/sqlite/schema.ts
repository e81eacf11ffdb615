import type { DatabaseSync } from "node:sqlite";
import { UserError } from "../../../errors.ts";

/**
 * One entry a version; a released entry is never changed, only followed by another. The database holds
 * the rules of the contract's section 4 itself:
 *
 * - a message carries the `model_id` of its conversation, whoever writes it (trigger);
 * - one active conversation a user and profile (unique index; profile 0 stands for the general ones);
 * - one streaming reply a conversation, one message a client's key (unique indexes).
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE model_profiles (
    model_id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL CHECK (name <> ''),
    description   TEXT NOT NULL,
    default_model TEXT,
    instructions  TEXT NOT NULL,
    settings      TEXT NOT NULL CHECK (json_type(settings) = 'object'),
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL
  ) STRICT;

  CREATE TABLE conversations (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    TEXT NOT NULL,
    model_id   INTEGER REFERENCES model_profiles (model_id) ON DELETE RESTRICT,
    agent_id   TEXT NOT NULL CHECK (agent_id <> ''),
    model      TEXT,
    title      TEXT,
    active     INTEGER NOT NULL CHECK (active IN (0, 1)),
    archived   INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CHECK (NOT (active = 1 AND archived = 1))
  ) STRICT;
  CREATE UNIQUE INDEX conversations_one_active
    ON conversations (user_id, ifnull(model_id, 0)) WHERE active = 1;
  CREATE INDEX conversations_by_profile ON conversations (model_id);

  CREATE TABLE messages (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id   INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    model_id          INTEGER,
    role              TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
    message_type      TEXT NOT NULL CHECK (message_type IN ('chat', 'summary')),
    content           TEXT NOT NULL,
    model_name        TEXT,
    agent_id          TEXT NOT NULL,
    status            TEXT NOT NULL
                      CHECK (status IN ('streaming', 'complete', 'cancelled', 'interrupted', 'error')),
    finish_reason     TEXT,
    usage             TEXT CHECK (json_valid(usage)),
    error             TEXT CHECK (json_valid(error)),
    client_message_id TEXT,
    covers_until      INTEGER,
    created_at        TEXT NOT NULL,
    CHECK (role = 'assistant' OR status = 'complete')
  ) STRICT;
  CREATE INDEX messages_by_conversation ON messages (conversation_id, id);
  CREATE UNIQUE INDEX messages_one_streaming ON messages (conversation_id) WHERE status = 'streaming';
  CREATE UNIQUE INDEX messages_client_key ON messages (client_message_id)
    WHERE client_message_id IS NOT NULL;

  CREATE TRIGGER messages_keep_model_id BEFORE INSERT ON messages
  WHEN NEW.model_id IS NOT (SELECT model_id FROM conversations WHERE id = NEW.conversation_id)
  BEGIN SELECT RAISE(ABORT, 'a message must carry the model_id of its conversation'); END;
  CREATE TRIGGER messages_stay BEFORE UPDATE OF conversation_id, model_id ON messages
  BEGIN SELECT RAISE(ABORT, 'a message stays in its conversation'); END;
  CREATE TRIGGER conversations_stay BEFORE UPDATE OF model_id, user_id ON conversations
  BEGIN SELECT RAISE(ABORT, 'a conversation stays with its profile'); END;
  `,
];

/** The schema version that this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings the database to {@link SCHEMA_VERSION}. Several processes may do so at once; one from a newer
 * program is left alone, with a UserError `database_too_new`.
 */
export function migrate(db: DatabaseSync, path: string): void {
  if (versionOf(db) === SCHEMA_VERSION) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have migrated while this one waited for the lock.
    refuseNewer(db, path);
    for (const migration of MIGRATIONS.slice(versionOf(db))) db.exec(migration);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec("COMMIT");
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

/** Throws a UserError `database_too_new` where a newer program wrote the database. Only reads. */
export function refuseNewer(db: DatabaseSync, path: string): void {
  const version = versionOf(db);
  if (version <= SCHEMA_VERSION) return;
  throw new UserError(
    "database_too_new",
    `The database ${path} has schema version ${version}; this stack knows versions up to ${SCHEMA_VERSION}.`,
    { hint: "Update stack, or set store.path to another file. Nothing was changed." },
  );
}

/** The version that the database says it has; 0 for an empty one. */
function versionOf(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
}
