import type { ConversationStore } from "../store.ts";
import { type DatabaseOptions, openDatabase } from "./database.ts";
import { createMessageStore } from "./messages.ts";
import { createProfileStore } from "./profiles.ts";
import { createReplyStore } from "./replies.ts";
import { createSearchStore } from "./search.ts";
import { createSessionStore, findUserOf } from "./sessions.ts";
import { createTransferStore } from "./transfer.ts";
import { Writer } from "./writer.ts";

export interface SqliteOptions extends DatabaseOptions {
  /** The database file; made with its folder where it is missing. `:memory:` for one that is not kept. */
  path: string;
  /** The agent of a conversation that is opened without one. */
  defaultAgent: string;
}

/** The embedded store: one SQLite file in WAL mode, which several processes of one machine may open at once. */
export function openSqliteStore(options: SqliteOptions): ConversationStore {
  const db = openDatabase(options.path, options);
  const writer = new Writer(options.path);
  return {
    as: (user) => ({
      profiles: createProfileStore(db, user),
      conversations: createSessionStore(db, user, options.defaultAgent),
      messages: createMessageStore(db, user, writer),
      search: createSearchStore(db, user),
      transfer: createTransferStore(db, user),
    }),
    userOf: (sessionId) => db.read((sql) => findUserOf(sql, sessionId)),
    replies: createReplyStore(db, writer),
    probe: () => db.probe(),
    async close() {
      await db.close();
      writer.release();
    },
  };
}
