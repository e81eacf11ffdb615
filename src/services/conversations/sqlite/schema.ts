/**
 * One entry a version; a released entry is never changed, only followed by another. The database holds
 * the rules of the contract's section 4 itself:
 *
 * - a message carries the `model_id` of its conversation, whoever writes it (trigger);
 * - one active conversation a user and profile (unique index; profile 0 stands for the general ones);
 * - one streaming reply a conversation, one message a client's key (unique indexes).
 */
export const MIGRATIONS: readonly string[] = [
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
  `
  -- JSON columns allow NULL in words: to the json_valid of SQLite before 3.45 NULL is no JSON, so that a
  -- dump could not be read back there. SQLite changes a CHECK only by making the table anew.
  CREATE TABLE messages_2 (
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
    usage             TEXT CHECK (usage IS NULL OR json_valid(usage)),
    error             TEXT CHECK (error IS NULL OR json_valid(error)),
    client_message_id TEXT,
    covers_until      INTEGER,
    created_at        TEXT NOT NULL,
    -- Who writes a streaming reply: see writer-lock.ts. NULL: nobody.
    writer            TEXT,
    CHECK (role = 'assistant' OR status = 'complete')
  ) STRICT;
  INSERT INTO messages_2 SELECT *, NULL FROM messages ORDER BY id;
  -- Keys of deleted messages are not given out again.
  DELETE FROM sqlite_sequence WHERE name = 'messages_2';
  INSERT INTO sqlite_sequence SELECT 'messages_2', seq FROM sqlite_sequence WHERE name = 'messages';
  DROP TABLE messages;
  ALTER TABLE messages_2 RENAME TO messages;

  CREATE INDEX messages_by_conversation ON messages (conversation_id, id);
  CREATE UNIQUE INDEX messages_one_streaming ON messages (conversation_id) WHERE status = 'streaming';
  CREATE UNIQUE INDEX messages_client_key ON messages (client_message_id)
    WHERE client_message_id IS NOT NULL;
  CREATE TRIGGER messages_keep_model_id BEFORE INSERT ON messages
  WHEN NEW.model_id IS NOT (SELECT model_id FROM conversations WHERE id = NEW.conversation_id)
  BEGIN SELECT RAISE(ABORT, 'a message must carry the model_id of its conversation'); END;
  CREATE TRIGGER messages_stay BEFORE UPDATE OF conversation_id, model_id ON messages
  BEGIN SELECT RAISE(ABORT, 'a message stays in its conversation'); END;

  -- The text that a streaming reply has beyond its row's content: see reply-text.ts.
  CREATE TABLE reply_parts (
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    start      INTEGER NOT NULL CHECK (start >= 0),
    text       TEXT NOT NULL,
    PRIMARY KEY (message_id, start)
  ) STRICT, WITHOUT ROWID;

  -- What the list of conversations shows and is sorted by. Not by a time: a clock may be set back.
  ALTER TABLE conversations ADD COLUMN message_count INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE conversations ADD COLUMN activity INTEGER NOT NULL DEFAULT 0;
  UPDATE conversations SET
    message_count = (SELECT count(*) FROM messages
                      WHERE conversation_id = conversations.id AND message_type = 'chat'),
    activity = ranked.place
    FROM (SELECT id, row_number() OVER (ORDER BY updated_at, id) AS place FROM conversations) AS ranked
   WHERE ranked.id = conversations.id;
  CREATE TRIGGER messages_counted AFTER INSERT ON messages WHEN NEW.message_type = 'chat'
  BEGIN UPDATE conversations SET message_count = message_count + 1 WHERE id = NEW.conversation_id; END;
  CREATE TRIGGER messages_discounted AFTER DELETE ON messages WHEN OLD.message_type = 'chat'
  BEGIN UPDATE conversations SET message_count = message_count - 1 WHERE id = OLD.conversation_id; END;
  CREATE INDEX conversations_by_activity ON conversations (activity);
  CREATE INDEX conversations_listed ON conversations (user_id, activity) WHERE archived = 0;
  CREATE INDEX conversations_listed_by_profile ON conversations (user_id, ifnull(model_id, 0), activity)
    WHERE archived = 0;

  -- The version once more: a dump made by the sqlite3 shell leaves PRAGMA user_version out.
  CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;
  INSERT INTO schema_version VALUES (2);
  `,
];

/** The schema version that this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;
