import type { ConversationStore } from "../store.ts";
import { type DatabaseOptions, openDatabase } from "./database.ts";
import { createMessageStore } from "./messages.ts";
import { createProfileStore } from "./profiles.ts";
import { createSessionStore } from "./sessions.ts";
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
    profiles: createProfileStore(db),
    conversations: createSessionStore(db, options.defaultAgent),
    messages: createMessageStore(db, writer),
    probe: () => db.probe(),
    async close() {
      await db.close();
      writer.release();
    },
  };
}
