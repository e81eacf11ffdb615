import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { SqlReader } from "./sql-reader.ts";

/** How long a look waits for a backend that is just writing, in milliseconds. Nothing else of us runs meanwhile. */
const LOCK_TIMEOUT_MS = 1_000;

/** Opens a SQLite file for reading; it is neither made nor changed. Throws where there is none. */
export function openSqliteReader(path: string): SqlReader {
  const db = new DatabaseSync(path, { readOnly: true, timeout: LOCK_TIMEOUT_MS });
  const statements = new Map<string, StatementSync>();
  const prepare = (query: string): StatementSync => {
    const statement = statements.get(query) ?? db.prepare(query);
    // Keys may be larger than a number can be.
    statement.setReadBigInts(true);
    statements.set(query, statement);
    return statement;
  };
  return {
    name: `the SQLite file ${path}`,
    placeholder: "?",
    async columnsOf(table) {
      const columns = prepare("SELECT name FROM pragma_table_info(?)").all(table);
      return columns.map(({ name }) => String(name));
    },
    all: async (query, value) => prepare(query).all(value),
    close: async () => db.close(),
  };
}
