import { DatabaseSync, type StatementSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { WireError } from "../../../contract/wire-error.ts";
import { messageOf, withoutStop } from "../../../errors/thrown-error.ts";
import { UserError } from "../../../errors/user-error.ts";
import { preparePrivateFile } from "../../../files/private-files.ts";
import { createSerialQueue } from "../serial-queue.ts";
import type { Database, NotConfirmedError, Statements, Transaction } from "../sql/sql-database.ts";
import { isStoreUnavailable } from "../store-unavailable.ts";
import { BatchedWrites } from "./batched-writes.ts";
import { migrate, refuseNewer, rewriteVersion } from "./migrate-sqlite.ts";
import { SQLITE_DIALECT } from "./sqlite-dialect.ts";
import { isLocked, notConfirmed, notSynced, sqliteStoreError } from "./sqlite-errors.ts";
import { CHECKPOINTS_ELSEWHERE, WalCheckpoints } from "./wal-checkpoints.ts";
import { WalSync } from "./wal-sync.ts";

export interface DatabaseOptions {
  /** `full`: what was acknowledged survives a power cut; `normal`: only the death of any process. */
  readonly synchronous?: "full" | "normal" | undefined;
  /** How long a transaction waits for a lock that another process holds, in milliseconds. */
  readonly lockTimeoutMs?: number | undefined;
}

const LOCK_TIMEOUT_MS = 5_000;

/** How long a look at the store's health waits for a lock, in milliseconds. */
const PROBE_TIMEOUT_MS = 500;

/** The pauses between two tries for a lock grow from the first to the longest, in milliseconds. */
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;

/**
 * Opens (and makes, and migrates) the database file; `:memory:` for one that ends with the process. The file is this
 * user's alone: closed to others where it was open, refused where it is another user's or a symbolic link.
 * Throws a UserError.
 */
export function openDatabase(path: string, options: DatabaseOptions = {}): Database {
  const { synchronous = "full", lockTimeoutMs = LOCK_TIMEOUT_MS } = options;
  const db = open(path);
  const checkpoints = path === ":memory:" ? undefined : new WalCheckpoints(path);
  const walSync =
    checkpoints && synchronous === "full" ? new WalSync(path, () => checkpoints.moveAll()) : undefined;
  const sql = statementsOf(db);
  /** Lets one transaction after the other use the connection: each waits for its statements, if only for a moment. */
  const oneByOne = createSerialQueue();
  const writing = new Set<Promise<unknown>>();
  let isClosed = false;
  let didLastWriteFail = false;
  let didLastSyncFail = false;

  /** Tries until the lock is free. */
  const patiently = async <Result>(timeoutMs: number, attempt: () => Promise<Result>): Promise<Result> => {
    const deadline = performance.now() + timeoutMs;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        if (isClosed) throw new WireError("store_unavailable", "The conversations' database is closed.");
        return await oneByOne(attempt);
      } catch (error) {
        if (!isLocked(error) || performance.now() >= deadline) throw sqliteStoreError(error, path);
      }
      await sleep(pause);
    }
  };
  const inTransaction = async <Result>(begin: string, work: Transaction<Result>): Promise<Result> => {
    db.exec(begin);
    try {
      const result = await work(sql);
      db.exec("COMMIT");
      return result;
    } catch (error) {
      // After some errors, such as a full disk, SQLite has rolled back by itself.
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    }
  };
  const writeNow = async <Result>(work: Transaction<Result>): Promise<Result> => {
    try {
      const result = await patiently(lockTimeoutMs, () => inTransaction("BEGIN IMMEDIATE", work));
      didLastWriteFail = false;
      checkpoints?.afterCommit();
      return result;
    } catch (error) {
      if (isStoreUnavailable(error)) didLastWriteFail = true;
      throw error;
    }
  };
  const batched = new BatchedWrites(writeNow);
  const writeAfterBatch: typeof writeNow = (work) => {
    batched.begin();
    return writeNow(work);
  };
  const failureOfSync = async (): Promise<NotConfirmedError | undefined> => {
    try {
      await walSync?.flush();
      didLastSyncFail = false;
      return undefined;
    } catch (error) {
      didLastSyncFail = true;
      return notSynced(error);
    }
  };
  const sync = async (): Promise<void> => {
    const failure = await failureOfSync();
    if (failure !== undefined) throw failure;
  };
  const writeSafely: Database["write"] = async (work) => {
    const result = await writeAfterBatch(work);
    await sync();
    return result;
  };
  const writeOrUndo: Database["writeOrUndo"] = async (work, onCommitting) => {
    const { result, undo } = await writeAfterBatch(async (sql) => {
      const written = await work(sql);
      await written.rest;
      return written;
    });
    const syncing = failureOfSync();
    onCommitting?.(result);
    const failure = await syncing;
    if (failure === undefined) return result;
    // Where that fails, too, it is true that it stands.
    await writeNow(undo).catch(() => {
      throw failure;
    });
    throw notConfirmed(failure);
  };
  /** Closing waits for it. */
  const whole = async <Result>(written: Promise<Result>): Promise<Result> => {
    writing.add(written);
    return await written.finally(() => writing.delete(written));
  };
  const read: Database["read"] = (work) => patiently(lockTimeoutMs, () => inTransaction("BEGIN", work));
  return {
    read,
    // What is told as being sent is there.
    afterSending: (_, work) => read(work),
    write: (work) => whole(writeSafely(work)),
    writeOrUndo: (work, onCommitting) => whole(writeOrUndo(work, onCommitting)),
    writeSoon: (work) => batched.add(work),
    async probe() {
      // A full disk shows only where a page is written.
      const look = didLastWriteFail ? async () => rewriteVersion(db) : async () => undefined;
      await patiently(PROBE_TIMEOUT_MS, () => inTransaction("BEGIN IMMEDIATE", look));
      didLastWriteFail = false;
      if (didLastSyncFail) await sync();
    },
    async confirm() {
      await sync();
      return true;
    },
    async close() {
      if (isClosed) return;
      batched.begin();
      isClosed = true;
      await Promise.allSettled(writing);
      await checkpoints?.close();
      walSync?.close();
      db.close();
    },
  };
}

function statementsOf(db: DatabaseSync): Statements {
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    dialect: SQLITE_DIALECT,
    all: async (sql, ...values) => prepare(sql).all(...values),
    get: async (sql, ...values) => prepare(sql).get(...values),
    run: async (sql, ...values) => Number(prepare(sql).run(...values).changes),
  };
}

function open(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    // SQLite gives the files beside it, where it makes them, the mode that this one has.
    if (path !== ":memory:") preparePrivateFile(path, ["-wal", "-shm", "-journal"]);
    db = new DatabaseSync(path);
    // Before anything is served, waiting may block.
    db.exec(`PRAGMA busy_timeout = ${LOCK_TIMEOUT_MS}`);
    // Before the journal mode, which is written into the file.
    refuseNewer(db, path);
    const mode = useWal(db);
    // Of a WAL, SQLite need not sync each commit: see wal-sync.ts. Elsewhere nothing less is safe.
    db.exec(`PRAGMA synchronous = ${mode === "wal" ? "NORMAL" : "FULL"}`);
    db.exec("PRAGMA foreign_keys = OFF");
    migrate(db, path);
    db.exec("PRAGMA foreign_keys = ON");
    if (mode === "wal") db.exec(CHECKPOINTS_ELSEWHERE);
    // From now on nobody waits within SQLite, where the event loop would wait too.
    db.exec("PRAGMA busy_timeout = 0");
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
 * this lock, and services that start together all want it. Returns the mode that the file has then.
 */
function useWal(db: DatabaseSync): string {
  const deadline = performance.now() + LOCK_TIMEOUT_MS;
  for (;;) {
    try {
      return String(db.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"]);
    } catch (error) {
      if (!isLocked(error) || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
