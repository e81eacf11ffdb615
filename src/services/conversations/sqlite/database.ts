import { DatabaseSync, type StatementSync } from "node:sqlite";
import { messageOf, UserError, withoutStop } from "../../../errors.ts";
import { preparePrivateFile } from "../../../private-files.ts";
import { migrate, refuseNewer } from "./schema.ts";

/** A value that SQLite can bind. */
export type SqlValue = string | number | null;
export type Row = Record<string, unknown>;

/** A thin layer over `node:sqlite`: prepared statements by their text, and transactions. */
export interface Database {
  all(sql: string, ...values: SqlValue[]): Row[];
  get(sql: string, ...values: SqlValue[]): Row | undefined;
  /** Returns how many rows changed. */
  run(sql: string, ...values: SqlValue[]): number;
  /** Runs `work` whole or not at all. Takes the write lock at once, so that what it read stays true. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

/** How long to wait for another process that holds the write lock, in milliseconds. */
const LOCK_TIMEOUT_MS = 5_000;

/**
 * Opens (and makes, and migrates) the database file; `:memory:` for one that ends with the process. The file is this
 * user's alone: closed to others where it was open, refused where it is another user's or a symbolic link.
 * Throws a UserError.
 */
export function openDatabase(path: string): Database {
  const db = open(path);
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    all: (sql, ...values) => prepare(sql).all(...values),
    get: (sql, ...values) => prepare(sql).get(...values),
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
    transaction(work) {
      db.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        db.exec("COMMIT");
        return result;
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      }
    },
    close: () => db.close(),
  };
}

function open(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    // SQLite gives the files beside it, where it makes them, the mode that this one has.
    if (path !== ":memory:") preparePrivateFile(path, ["-wal", "-shm", "-journal"]);
    db = new DatabaseSync(path);
    // Another process may hold the write lock for a moment: wait for it rather than fail.
    db.exec(`PRAGMA busy_timeout = ${LOCK_TIMEOUT_MS}`);
    // Before the journal mode, which is written into the file.
    refuseNewer(db, path);
    useWal(db);
    // In WAL mode NORMAL survives the death of any process; only a power cut may cost the last commits.
    db.exec("PRAGMA synchronous = NORMAL");
    db.exec("PRAGMA foreign_keys = ON");
    migrate(db, path);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof UserError) throw error;
    throw new UserError(
      "database_unreadable",
      `The database ${path} cannot be opened: ${withoutStop(messageOf(error))}.`,
      {
        hint: "Check that the folder can be written and that the file is a SQLite database.",
        cause: error,
      },
    );
  }
}

/**
 * Turns a new file to WAL mode; nothing where it is that already. SQLite's busy timeout does not hold for
 * this lock, and services that start together all want it.
 */
function useWal(db: DatabaseSync): void {
  const deadline = performance.now() + LOCK_TIMEOUT_MS;
  for (;;) {
    try {
      db.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** SQLITE_BUSY, also in its extended forms. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === 5;
}

/** True where a write broke the unique index of that name or on those columns. */
export function isConflict(error: unknown, columns: string): boolean {
  return error instanceof Error && error.message.includes("UNIQUE") && error.message.includes(columns);
}
