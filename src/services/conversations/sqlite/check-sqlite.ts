import { existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { messageOf } from "../../../errors/thrown-error.ts";
import { UserError } from "../../../errors/user-error.ts";
import { COUNTED_FAULTS, type DatabaseCheck, leftReplies } from "../sql/database-check.ts";
import { refuseNewer, schemaVersionOf } from "./migrate-sqlite.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "./sqlite-migrations.ts";
import { isWriterAlive } from "./writer-lock.ts";

/** Less room than this on the disk is worth a note, in bytes. */
const LITTLE_ROOM = 64 * 1024 * 1024;

/**
 * Looks at the database without changing it, also while services use it. Throws a UserError: `database_missing`,
 * `database_unreadable` or `database_too_new`.
 */
export function checkSqliteFile(path: string): DatabaseCheck {
  if (!existsSync(path)) {
    throw new UserError("database_missing", `There is no database ${path}.`, {
      hint: "`stack up` makes it; another one is named by the setting store.path.",
    });
  }
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    refuseNewer(db, path);
    return look(db, path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError("database_unreadable", `The database ${path} cannot be read: ${messageOf(error)}.`, {
      hint: "Restore it from a copy; what can be had of it, `sqlite3 FILE .recover` shows.",
      cause: error,
    });
  } finally {
    db?.close();
  }
}

function look(db: DatabaseSync, path: string): DatabaseCheck {
  const version = schemaVersionOf(db);
  if (version === 0) throw new Error("it has no tables of this stack");
  const isPresent = version === SCHEMA_VERSION;
  const pages = brokenPages(db);
  // Of broken pages the rules would tell nonsense, or fail.
  const isReadable = pages.length === 0;
  const problems = [
    ...pages,
    ...(isPresent && isReadable ? [...schemaDifferences(db), ...brokenRules(db)] : []),
  ];
  const count = (table: string): number | null =>
    isReadable ? countOf(db, `SELECT count(*) AS n FROM ${table}`) : null;
  const streaming = isReadable ? writersOf(db, path, version) : null;
  const free = freeBytes(path);
  const notes = [
    ...(isPresent ? [] : [`the next start brings it to schema version ${SCHEMA_VERSION}, and keeps a copy`]),
    ...leftReplies(streaming),
    ...(free !== null && free < LITTLE_ROOM ? ["there is little room left on its disk"] : []),
  ];
  return {
    ok: problems.length === 0,
    path,
    schema_version: version,
    size_bytes: statSync(path).size,
    free_bytes: free,
    profiles: count("model_profiles"),
    conversations: count("conversations"),
    messages: count("messages"),
    streaming,
    problems,
    notes,
  };
}

function brokenPages(db: DatabaseSync): string[] {
  const found = integrityOf(db).filter((line) => line !== "ok");
  if (found.length > 0) return found.map((line) => `integrity: ${line}`);
  const lost = db.prepare("PRAGMA foreign_key_check").all();
  const tables = new Map<string, number>();
  for (const { table } of lost) tables.set(String(table), (tables.get(String(table)) ?? 0) + 1);
  return [...tables].map(([table, rows]) => `${table}: ${rows} rows belong to nothing that is there`);
}

function integrityOf(db: DatabaseSync): string[] {
  try {
    const rows = db.prepare("PRAGMA integrity_check(20)").all();
    return rows.map((row) => String(Object.values(row)[0]));
  } catch (error) {
    // Some damage ends the check itself.
    return [messageOf(error)];
  }
}

/** The database holds the contract's rules itself, by triggers, indexes and checks, if they are there. */
function schemaDifferences(db: DatabaseSync): string[] {
  const fresh = new DatabaseSync(":memory:");
  try {
    for (const migration of MIGRATIONS) fresh.exec(migration);
    const present = schemaOf(db);
    return [...schemaOf(fresh)].flatMap(([name, sql]) => {
      const found = present.get(name);
      if (found === undefined) return [`the ${name} is missing`];
      return found === sql ? [] : [`the ${name} is not as this stack makes it`];
    });
  } finally {
    fresh.close();
  }
}

function schemaOf(db: DatabaseSync): Map<string, string> {
  const rows = db.prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL").all();
  return new Map(rows.map(({ type, name, sql }) => [`${type} ${name}`, String(sql).replace(/\s+/g, " ")]));
}

function brokenRules(db: DatabaseSync): string[] {
  return Object.entries(COUNTED_FAULTS).flatMap(([what, sql]) => {
    const count = countOf(db, sql);
    return count === 0 ? [] : [`${what}: ${count}`];
  });
}

function countOf(db: DatabaseSync, sql: string): number {
  return Number(db.prepare(sql).get()?.["n"]);
}

/** The first version of the schema had no writers. */
function writersOf(db: DatabaseSync, path: string, version: number): DatabaseCheck["streaming"] {
  const writer = version > 1 ? "writer" : "NULL AS writer";
  const rows = db.prepare(`SELECT ${writer} FROM messages WHERE status = 'streaming'`).all();
  const owned = rows.filter(({ writer }) => typeof writer === "string" && isWriterAlive(path, writer)).length;
  return { owned, left: rows.length - owned };
}

function freeBytes(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize;
  } catch {
    return null;
  }
}
