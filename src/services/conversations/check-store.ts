import type { StorePlace } from "./require-database.ts";
import type { DatabaseCheck } from "./sql/database-check.ts";

/**
 * Looks at the database of conversations without changing it. Throws a UserError: `database_missing`, `database_unreadable` or
 * `database_too_new`.
 */
export async function checkStore({ path, url }: StorePlace): Promise<DatabaseCheck> {
  if (url !== "") {
    const { checkPostgresql } = await import("./postgresql/check-postgresql.ts");
    return await checkPostgresql(url);
  }
  const { checkSqliteFile } = await import("./sqlite/check-sqlite.ts");
  return checkSqliteFile(path);
}
