/**
 * One entry a version; a released entry is never changed, only followed by another. The database holds
 * the rules of the contract's section 4 itself:
 *
 * - a message carries the `model_id` of its conversation, whoever writes it (trigger);
 * - a conversation is of its profile's user (triggers);
 * - one active conversation a user and profile (unique index; profile 0 stands for the general ones);
 * - one streaming reply a conversation, one message of a conversation a client's key (unique indexes);
 * - a user's profiles, and conversations, have a key of their own each (unique indexes; triggers give it);
 * - a message follows one of its own conversation (trigger), and one of its versions at most is shown (unique index);
 * - the version that is shown again if a reply fails is known only while that is streaming (check).
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
  `
  -- Profiles are somebody's, too. There is no default: a row that says no user belongs to nobody.
  CREATE TABLE model_profiles_3 (
    model_id      INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id       TEXT NOT NULL CHECK (user_id <> ''),
    name          TEXT NOT NULL CHECK (name <> ''),
    description   TEXT NOT NULL,
    default_model TEXT,
    instructions  TEXT NOT NULL,
    settings      TEXT NOT NULL CHECK (json_type(settings) = 'object'),
    created_at    TEXT NOT NULL,
    updated_at    TEXT NOT NULL
  ) STRICT;
  INSERT INTO model_profiles_3
    SELECT model_id, 'local', name, description, default_model, instructions, settings, created_at, updated_at
      FROM model_profiles ORDER BY model_id;
  DELETE FROM sqlite_sequence WHERE name = 'model_profiles_3';
  INSERT INTO sqlite_sequence SELECT 'model_profiles_3', seq FROM sqlite_sequence WHERE name = 'model_profiles';
  DROP TABLE model_profiles;
  ALTER TABLE model_profiles_3 RENAME TO model_profiles;
  CREATE INDEX model_profiles_by_user ON model_profiles (user_id);
  CREATE TRIGGER model_profiles_stay BEFORE UPDATE OF model_id, user_id ON model_profiles
  BEGIN SELECT RAISE(ABORT, 'a profile stays with its user'); END;
  CREATE TRIGGER conversations_keep_user BEFORE INSERT ON conversations
  WHEN NEW.user_id <> (SELECT user_id FROM model_profiles WHERE model_id = NEW.model_id)
  BEGIN SELECT RAISE(ABORT, 'a conversation is of the user of its profile'); END;

  ALTER TABLE messages ADD COLUMN thinking TEXT CHECK (thinking <> '');
  ALTER TABLE messages ADD COLUMN notices TEXT CHECK (notices IS NULL OR json_valid(notices));
  ALTER TABLE messages ADD COLUMN timings TEXT CHECK (timings IS NULL OR json_valid(timings));
  -- Of a reply that is written anew: the complete one whose place it takes if it is complete itself.
  ALTER TABLE messages ADD COLUMN replaces INTEGER REFERENCES messages (id) ON DELETE SET NULL
    CHECK (replaces IS NULL OR status = 'streaming');
  CREATE UNIQUE INDEX messages_replacing ON messages (replaces) WHERE replaces IS NOT NULL;
  CREATE TRIGGER messages_replace_their_own BEFORE INSERT ON messages
  WHEN NEW.replaces IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM messages WHERE id = NEW.replaces AND conversation_id = NEW.conversation_id
       AND role = 'assistant' AND message_type = 'chat' AND status = 'complete')
  BEGIN SELECT RAISE(ABORT, 'a reply replaces a complete one of its conversation'); END;
  CREATE TRIGGER messages_hide_no_other BEFORE UPDATE OF replaces ON messages WHEN NEW.replaces IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'what a reply replaces is said when it begins'); END;

  -- What is hidden is not counted: each reply that replaces one hides that one.
  DROP TRIGGER messages_counted;
  DROP TRIGGER messages_discounted;
  CREATE TRIGGER messages_counted AFTER INSERT ON messages
  WHEN NEW.message_type = 'chat' AND NEW.replaces IS NULL
  BEGIN UPDATE conversations SET message_count = message_count + 1 WHERE id = NEW.conversation_id; END;
  CREATE TRIGGER messages_discounted AFTER DELETE ON messages
  WHEN OLD.message_type = 'chat' AND OLD.replaces IS NULL
  BEGIN UPDATE conversations SET message_count = message_count - 1 WHERE id = OLD.conversation_id; END;
  CREATE TRIGGER messages_shown AFTER UPDATE OF replaces ON messages
  WHEN OLD.replaces IS NOT NULL AND NEW.replaces IS NULL
  BEGIN UPDATE conversations SET message_count = message_count + 1 WHERE id = NEW.conversation_id; END;

  -- A client's key is unique in its conversation; of a message that named none, the table says where it went.
  -- What a message was, the first editions did not keep: NULL.
  ALTER TABLE messages ADD COLUMN client_fingerprint TEXT;
  DROP INDEX messages_client_key;
  CREATE UNIQUE INDEX messages_client_key ON messages (conversation_id, client_message_id)
    WHERE client_message_id IS NOT NULL;
  CREATE TABLE client_keys (
    user_id         TEXT NOT NULL,
    client_key      TEXT NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, client_key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX client_keys_by_conversation ON client_keys (conversation_id);
  CREATE TRIGGER client_keys_keep_user BEFORE INSERT ON client_keys
  WHEN NEW.user_id IS NOT (SELECT user_id FROM conversations WHERE id = NEW.conversation_id)
  BEGIN SELECT RAISE(ABORT, 'a key is of the user of its conversation'); END;
  INSERT INTO client_keys SELECT user_id, client_message_id, conversation_id
    FROM messages JOIN conversations ON conversations.id = conversation_id WHERE client_message_id IS NOT NULL;

  CREATE TABLE images (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    media_type TEXT NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg', 'image/webp', 'image/gif')),
    bytes      BLOB NOT NULL CHECK (length(bytes) > 0)
  ) STRICT;
  CREATE INDEX images_by_message ON images (message_id);

  CREATE TABLE reply_parts_3 (
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL CHECK (kind IN ('text', 'thinking')),
    start      INTEGER NOT NULL CHECK (start >= 0),
    text       TEXT NOT NULL,
    PRIMARY KEY (message_id, kind, start)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO reply_parts_3 SELECT message_id, 'text', start, text FROM reply_parts;
  DROP TABLE reply_parts;
  ALTER TABLE reply_parts_3 RENAME TO reply_parts;
  `,
  `
  -- Messages are a tree: see message-tree.ts. What was a row of messages is one without branches; a reply that is being
  -- written anew, and the one that it hides, are the first two versions.
  ALTER TABLE messages ADD COLUMN parent INTEGER REFERENCES messages (id);
  ALTER TABLE messages ADD COLUMN chosen INTEGER NOT NULL DEFAULT 0
    CHECK (chosen IN (0, 1) AND (chosen = 0 OR message_type = 'chat'));
  UPDATE messages SET chosen = 1
   WHERE message_type = 'chat' AND id NOT IN (SELECT replaces FROM messages WHERE replaces IS NOT NULL);
  UPDATE messages SET parent = (
      SELECT max(id) FROM messages AS before
       WHERE before.conversation_id = messages.conversation_id AND before.id < messages.id AND before.chosen = 1)
   WHERE message_type = 'chat';
  CREATE INDEX messages_by_parent ON messages (parent, conversation_id);
  CREATE UNIQUE INDEX messages_one_chosen ON messages (conversation_id, ifnull(parent, 0)) WHERE chosen = 1;
  CREATE TRIGGER messages_follow_their_own BEFORE INSERT ON messages
  WHEN NEW.parent IS NOT NULL AND NEW.conversation_id IS NOT (SELECT conversation_id FROM messages WHERE id = NEW.parent)
  BEGIN SELECT RAISE(ABORT, 'a message follows one of its conversation'); END;
  CREATE TRIGGER messages_keep_their_place BEFORE UPDATE OF parent ON messages
  BEGIN SELECT RAISE(ABORT, 'a message stays at its place'); END;

  -- Which version is shown again if a reply fails: any that has said something.
  DROP TRIGGER messages_replace_their_own;
  CREATE TRIGGER messages_replace_their_own BEFORE INSERT ON messages
  WHEN NEW.replaces IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM messages WHERE id = NEW.replaces AND conversation_id = NEW.conversation_id AND parent IS NEW.parent
       AND role = 'assistant' AND message_type = 'chat')
  BEGIN SELECT RAISE(ABORT, 'a reply replaces another one to the same message'); END;

  -- All versions are counted.
  DROP TRIGGER messages_counted;
  DROP TRIGGER messages_discounted;
  DROP TRIGGER messages_shown;
  CREATE TRIGGER messages_counted AFTER INSERT ON messages WHEN NEW.message_type = 'chat'
  BEGIN UPDATE conversations SET message_count = message_count + 1 WHERE id = NEW.conversation_id; END;
  CREATE TRIGGER messages_discounted AFTER DELETE ON messages WHEN OLD.message_type = 'chat'
  BEGIN UPDATE conversations SET message_count = message_count - 1 WHERE id = OLD.conversation_id; END;
  UPDATE conversations SET message_count =
    (SELECT count(*) FROM messages WHERE conversation_id = conversations.id AND message_type = 'chat');
  `,
  `
  -- The words of messages and titles: see search-rows.ts. A reply is in there once it has ended: what grows would be
  -- indexed again and again. What is very long is left out, because nobody may wait for its index.
  CREATE VIRTUAL TABLE message_search USING fts5 (
    content, content = 'messages', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
  INSERT INTO message_search (rowid, content) SELECT id, content FROM messages
   WHERE message_type = 'chat' AND status <> 'streaming' AND length(content) <= 1000000;
  CREATE TRIGGER message_search_insert AFTER INSERT ON messages
  WHEN NEW.message_type = 'chat' AND NEW.status <> 'streaming' AND length(NEW.content) <= 1000000
  BEGIN INSERT INTO message_search (rowid, content) VALUES (NEW.id, NEW.content); END;
  CREATE TRIGGER message_search_ended AFTER UPDATE OF status ON messages
  WHEN NEW.message_type = 'chat' AND OLD.status = 'streaming' AND NEW.status <> 'streaming'
   AND length(NEW.content) <= 1000000
  BEGIN INSERT INTO message_search (rowid, content) VALUES (NEW.id, NEW.content); END;
  CREATE TRIGGER message_search_update AFTER UPDATE OF content ON messages
  WHEN NEW.message_type = 'chat' AND OLD.status <> 'streaming' AND NEW.content <> OLD.content
  BEGIN
    INSERT INTO message_search (message_search, rowid, content)
      SELECT 'delete', OLD.id, OLD.content WHERE length(OLD.content) <= 1000000;
    INSERT INTO message_search (rowid, content) SELECT NEW.id, NEW.content WHERE length(NEW.content) <= 1000000;
  END;
  CREATE TRIGGER message_search_delete AFTER DELETE ON messages
  WHEN OLD.message_type = 'chat' AND OLD.status <> 'streaming' AND length(OLD.content) <= 1000000
  BEGIN INSERT INTO message_search (message_search, rowid, content) VALUES ('delete', OLD.id, OLD.content); END;

  CREATE VIRTUAL TABLE title_search USING fts5 (
    title, content = 'conversations', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
  INSERT INTO title_search (rowid, title) SELECT id, title FROM conversations WHERE title IS NOT NULL;
  CREATE TRIGGER title_search_insert AFTER INSERT ON conversations WHEN NEW.title IS NOT NULL
  BEGIN INSERT INTO title_search (rowid, title) VALUES (NEW.id, NEW.title); END;
  CREATE TRIGGER title_search_update AFTER UPDATE OF title ON conversations WHEN NEW.title IS NOT OLD.title
  BEGIN
    INSERT INTO title_search (title_search, rowid, title) SELECT 'delete', OLD.id, OLD.title WHERE OLD.title IS NOT NULL;
    INSERT INTO title_search (rowid, title) SELECT NEW.id, NEW.title WHERE NEW.title IS NOT NULL;
  END;
  CREATE TRIGGER title_search_delete AFTER DELETE ON conversations WHEN OLD.title IS NOT NULL
  BEGIN INSERT INTO title_search (title_search, rowid, title) VALUES ('delete', OLD.id, OLD.title); END;
  `,
  `
  -- Archived conversations are listed, too.
  CREATE INDEX conversations_archived ON conversations (user_id, activity) WHERE archived = 1;
  CREATE INDEX conversations_archived_by_profile ON conversations (user_id, ifnull(model_id, 0), activity)
    WHERE archived = 1;
  `,
  `
  -- By what profiles and conversations are known again when they are brought out and in (store.ts, ImportExportStore). A
  -- row that comes without a key gets one that nobody has.
  ALTER TABLE model_profiles ADD COLUMN export_key TEXT CHECK (export_key <> '');
  UPDATE model_profiles SET export_key = lower(hex(randomblob(16)));
  CREATE UNIQUE INDEX model_profiles_by_export_key ON model_profiles (user_id, export_key);
  CREATE TRIGGER model_profiles_get_a_key AFTER INSERT ON model_profiles WHEN NEW.export_key IS NULL
  BEGIN UPDATE model_profiles SET export_key = lower(hex(randomblob(16))) WHERE model_id = NEW.model_id; END;
  ALTER TABLE conversations ADD COLUMN export_key TEXT CHECK (export_key <> '');
  UPDATE conversations SET export_key = lower(hex(randomblob(16)));
  CREATE UNIQUE INDEX conversations_by_export_key ON conversations (user_id, export_key);
  CREATE TRIGGER conversations_get_a_key AFTER INSERT ON conversations WHEN NEW.export_key IS NULL
  BEGIN UPDATE conversations SET export_key = lower(hex(randomblob(16))) WHERE id = NEW.id; END;
  `,
  `
  -- For how long a reply has thought, as its HMI has measured it; of one that is being written also with its parts.
  ALTER TABLE messages ADD COLUMN thinking_ms INTEGER CHECK (thinking_ms >= 0);
  ALTER TABLE reply_parts ADD COLUMN thinking_ms INTEGER CHECK (thinking_ms >= 0);
  `,
  `
  -- Whether a conversation has other versions of its messages: most have none, and are read in one go.
  CREATE INDEX messages_not_chosen ON messages (conversation_id) WHERE chosen = 0 AND message_type = 'chat';
  `,
];

/** The schema version that this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;
