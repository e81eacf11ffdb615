import pg from "pg";
import { postgresqlName } from "../../contract/store-address.ts";
import { quotedName, type SqlReader } from "./sql-reader.ts";

/** Suites look at several conversations at a time. */
const CONNECTIONS = 4;

const TIMEOUT_MS = 5_000;

/** Reads a PostgreSQL database; the session itself refuses to write. Connects with the first query. */
export function openPostgresqlReader(url: string): SqlReader {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: TIMEOUT_MS,
    statement_timeout: TIMEOUT_MS,
    options: "-c default_transaction_read_only=on",
    application_name: "stack verify",
  });
  // A server that goes away tells connections that nobody is using; the next query says so, too.
  pool.on("error", () => undefined);
  return {
    name: `the PostgreSQL database ${postgresqlName(url)}`,
    placeholder: "$1",
    async columnsOf(table) {
      const { rows } = await pool.query(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped",
        [quotedName(table)],
      );
      return rows.map(({ attname }) => String(attname));
    },
    all: async (query, value) => (await pool.query(query, [value])).rows,
    close: () => pool.end(),
  };
}
