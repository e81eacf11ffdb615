import type { ConversationStore } from "../conversation-store.ts";
import { createSqlStore, type SqlStoreParts } from "../sql/sql-store.ts";
import { type DatabaseOptions, openDatabase } from "./sqlite-database.ts";
import { SqliteWriter } from "./sqlite-writer.ts";

export interface SqliteOptions extends DatabaseOptions, Pick<SqlStoreParts, "defaultAgent"> {
  /** The database file; made with its folder where it is missing. `:memory:` for one that is not kept. */
  path: string;
}

/** The embedded store: one SQLite file in WAL mode, which several processes of one machine may open at once. */
export function openSqliteStore({ path, defaultAgent, ...options }: SqliteOptions): ConversationStore {
  const db = openDatabase(path, options);
  const writer = new SqliteWriter(path);
  return createSqlStore({
    db,
    // Whoever writes has the whole database.
    dbOf: () => db,
    writer,
    defaultAgent,
    async close() {
      await db.close();
      await writer.release();
    },
  });
}
