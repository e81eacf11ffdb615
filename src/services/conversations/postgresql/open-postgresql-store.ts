import { postgresqlName } from "../../../contract/store-address.ts";
import type { ConversationStore } from "../conversation-store.ts";
import { createSqlStore, type SqlStoreParts } from "../sql/sql-store.ts";
import { GenerationClaims } from "./generation-claims.ts";
import { migratePostgresql } from "./migrate-postgresql.ts";
import { PostgresqlDatabase } from "./postgresql-database.ts";
import { postgresqlUnreadable } from "./postgresql-errors.ts";
import { createPostgresqlPool } from "./postgresql-pool.ts";
import { WriterLease, type WriterLeaseOptions } from "./writer-lease.ts";

export interface PostgresqlOptions extends WriterLeaseOptions, Pick<SqlStoreParts, "defaultAgent"> {
  /** `postgresql://user:password@host/database`, with what libpq allows in its query. */
  readonly url: string;
  /** After this long a silence a connection is taken for dead, in milliseconds. */
  readonly silenceMs?: number | undefined;
}

/**
 * The store on a PostgreSQL server, which any number of processes of any number of machines may open at once. Makes its
 * tables where they are missing. Throws a UserError.
 */
export async function openPostgresqlStore(options: PostgresqlOptions): Promise<ConversationStore> {
  const { url, defaultAgent, silenceMs } = options;
  const db = await openPostgresqlDatabase(url, silenceMs);
  const writer = new WriterLease(db, options);
  return createSqlStore({
    db,
    dbOf: (user) => db.of(user),
    writer,
    generations: new GenerationClaims(db, writer),
    defaultAgent,
    async close() {
      await writer.release();
      await db.close();
    },
  });
}

/** Connects, and brings the database to the present version. Throws a UserError `database_unreadable` or `database_too_new`. */
export async function openPostgresqlDatabase(url: string, silenceMs?: number): Promise<PostgresqlDatabase> {
  const name = postgresqlName(url);
  const pool = createPostgresqlPool(url);
  try {
    const client = await pool.connect();
    try {
      await migratePostgresql(client, name);
    } finally {
      client.release();
    }
    return new PostgresqlDatabase(pool, name, silenceMs);
  } catch (error) {
    await pool.end();
    throw postgresqlUnreadable(error, name, "opened");
  }
}
