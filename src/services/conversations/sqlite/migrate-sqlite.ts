import { closeSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { messageOf } from "../../../errors/thrown-error.ts";
import { UserError } from "../../../errors/user-error.ts";
import { openNew } from "../../../files/private-files.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "./sqlite-migrations.ts";

/**
 * Brings the database to {@link SCHEMA_VERSION}, and keeps what it was before beside it, in
 * {@link backupPath}. Several processes may do so at once; one from a newer program is left alone, with a
 * UserError `database_too_new`. Foreign keys must be off, because tables are made anew.
 */
export function migrate(db: DatabaseSync, path: string): void {
  if (pragmaVersion(db) === SCHEMA_VERSION) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have migrated while this one waited for the lock.
    refuseNewer(db, path);
    const version = schemaVersionOf(db);
    if (version === 0) refuseForeign(db, path);
    else if (version < SCHEMA_VERSION) backUp(path, version);
    for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
    db.exec(`UPDATE schema_version SET version = ${SCHEMA_VERSION}`);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** Throws a UserError `database_too_new` where a newer program wrote the database. Only reads. */
export function refuseNewer(db: DatabaseSync, path: string): void {
  const version = schemaVersionOf(db);
  if (version <= SCHEMA_VERSION) return;
  throw new UserError(
    "database_too_new",
    `The database ${path} has schema version ${version}; this stack knows versions up to ${SCHEMA_VERSION}.`,
    { hint: "Update stack, or set store.path to another file. Nothing was changed." },
  );
}

/** The version of the database's schema; 0 for one that has no tables of ours. */
export function schemaVersionOf(db: DatabaseSync): number {
  const version = pragmaVersion(db);
  if (version !== 0) return version;
  // What the sqlite3 shell restores from a dump has lost that figure.
  const tables = tablesOf(db);
  if (tables.includes("schema_version")) {
    return Number(db.prepare("SELECT max(version) AS version FROM schema_version").get()?.["version"]);
  }
  const isFirst = ["model_profiles", "conversations", "messages"].every((table) => tables.includes(table));
  return isFirst ? 1 : 0;
}

/** Where the database is kept as it was before it was brought to a newer version. */
export function backupPath(path: string, version: number): string {
  return `${path}.version-${version}`;
}

/** Writes what is there already: SQLite writes a page for it all the same. */
export function rewriteVersion(db: DatabaseSync): void {
  db.exec(`PRAGMA user_version = ${pragmaVersion(db)}`);
}

function pragmaVersion(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
}

function tablesOf(db: DatabaseSync): string[] {
  const rows = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    .all();
  return rows.map(({ name }) => String(name));
}

/** Our tables do not go into somebody else's database. */
function refuseForeign(db: DatabaseSync, path: string): void {
  const tables = tablesOf(db);
  if (tables.length === 0) return;
  throw new UserError(
    "database_unreadable",
    `The database ${path} is not this stack's: it has the tables ${tables.join(", ")}.`,
    { hint: "Set store.path to another file. Nothing was changed." },
  );
}

/** Copies the database as it is. The caller holds the write lock: nothing is written meanwhile. */
function backUp(path: string, version: number): void {
  if (path === ":memory:") return;
  const backup = backupPath(path, version);
  rmSync(backup, { force: true });
  // Made before SQLite opens it, so that no one else may read it from its first byte on.
  closeSync(openNew(backup));
  // A transaction cannot copy its own database: another connection reads what was committed before it.
  const reader = new DatabaseSync(path, { readOnly: true });
  try {
    reader.prepare("VACUUM INTO ?").run(backup);
  } catch (error) {
    rmSync(backup, { force: true });
    throw new UserError(
      "database_unreadable",
      `The database ${path} is not brought to version ${SCHEMA_VERSION}: its copy cannot be made: ${messageOf(error)}.`,
      { hint: `Make room for ${backup}. Nothing was changed.`, cause: error },
    );
  } finally {
    reader.close();
  }
}
