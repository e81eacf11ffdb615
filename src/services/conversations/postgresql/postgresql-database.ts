import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool, PoolClient, QueryResult } from "pg";
import { WireError } from "../../../contract/wire-error.ts";
import {
  type Database,
  isStoreUnwell,
  NotConfirmedError,
  type Transaction,
  type Undoable,
} from "../sql/sql-database.ts";
import {
  asConnectionError,
  ConnectionLostError,
  isWorthAnotherTry,
  storeError,
} from "./postgresql-errors.ts";
import { statementsOn } from "./postgresql-statements.ts";

/** How long a transaction is tried again where the server goes away and comes back, in milliseconds. */
const PATIENCE_MS = 5_000;

/** How long a look at the store's health takes at most, in milliseconds. */
const PROBE_TIMEOUT_MS = 1_000;

/** The pauses between two tries grow from the first to the longest, in milliseconds. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;

/**
 * Of each transaction, at the server: how long a statement, a wait for a lock, and a pause between two statements may take.
 * The last is for a process that was stopped within one, with locks that others wait for.
 */
const LIMITS =
  "SET LOCAL statement_timeout = 15000; SET LOCAL lock_timeout = 5000; SET LOCAL idle_in_transaction_session_timeout = 10000";
const BEGIN_READ = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${LIMITS}`;
const BEGIN_WRITE = `BEGIN; ${LIMITS}; SELECT pg_current_xact_id()::text AS xid`;

/** A commit of which the server's answer was lost, and that could not be asked for since. */
class CommitUnknownError extends NotConfirmedError {
  readonly xid: string;

  constructor(xid: string, name: string, cause: unknown) {
    super(
      "store_unavailable",
      `The conversations' database, ${name}, was lost while it saved: whether it did is not known yet.`,
      "Start PostgreSQL, or look at store.url; then load the conversation anew.",
      { cause },
    );
    this.xid = xid;
  }
}

/**
 * Transactions on a PostgreSQL database. What a user's writes read stays true until they are done, because they come one
 * after the other, under a lock of that user ({@link of}); others lock the rows that they change.
 */
export class PostgresqlDatabase implements Database {
  readonly #pool: Pool;
  readonly #name: string;
  readonly #writing = new Set<Promise<unknown>>();
  #isClosed = false;
  #didLastWriteFail = false;

  /** @param name how messages call the database */
  constructor(pool: Pool, name: string) {
    this.#pool = pool;
    this.#name = name;
  }

  /** The same database, for what this user writes. */
  of(user: string): Database {
    const begin = `${BEGIN_WRITE}, pg_advisory_xact_lock(${lockNumberOf(user)})`;
    const write: Database["write"] = (work) => this.#write(begin, work);
    return {
      read: (work) => this.read(work),
      write,
      writeSoon: write,
      writeOrUndo: async (work) => (await write(work)).result,
      probe: () => this.probe(),
      confirm: (doubt) => this.confirm(doubt),
      close: () => this.close(),
    };
  }

  async read<Result>(work: Transaction<Result>): Promise<Result> {
    return await this.#patiently(() => this.#attempt(BEGIN_READ, work));
  }

  async write<Result>(work: Transaction<Result>): Promise<Result> {
    return await this.#write(BEGIN_WRITE, work);
  }

  /** No less safe than any other: what grows survives the death of any process, also of the server's. */
  writeSoon = this.write;

  /** What is not confirmed cannot be taken back here: nobody knows whether it stands. */
  async writeOrUndo<Result>(work: Transaction<Undoable<Result>>): Promise<Result> {
    return (await this.write(work)).result;
  }

  async probe(): Promise<void> {
    // A full disk shows only where something is written.
    const look: Transaction<unknown> = this.#didLastWriteFail
      ? (sql) => sql.run("UPDATE chat_stack_schema SET version = version")
      : async () => undefined;
    await this.#patiently(() => this.#attempt(BEGIN_WRITE, look), PROBE_TIMEOUT_MS);
    this.#didLastWriteFail = false;
  }

  async confirm(doubt: NotConfirmedError): Promise<boolean> {
    if (!(doubt instanceof CommitUnknownError)) throw doubt;
    return await this.#isCommitted(doubt.xid);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.allSettled(this.#writing);
    await this.#pool.end();
  }

  async #write<Result>(begin: string, work: Transaction<Result>): Promise<Result> {
    const written = this.#patiently(() => this.#attempt(begin, work));
    this.#writing.add(written);
    try {
      const result = await written;
      this.#didLastWriteFail = false;
      return result;
    } catch (error) {
      if (isStoreUnwell(error)) this.#didLastWriteFail = true;
      throw error;
    } finally {
      this.#writing.delete(written);
    }
  }

  /** Tries until the server is there. */
  async #patiently<Result>(attempt: () => Promise<Result>, patienceMs = PATIENCE_MS): Promise<Result> {
    const deadline = performance.now() + patienceMs;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      if (this.#isClosed) throw new WireError("store_unavailable", "The conversations' database is closed.");
      try {
        return await attempt();
      } catch (error) {
        if (!isWorthAnotherTry(error) || performance.now() >= deadline) throw storeError(error, this.#name);
      }
      await sleep(pause);
    }
  }

  /** One try: whole, or nothing of it was done; or a CommitUnknownError. */
  async #attempt<Result>(begin: string, work: Transaction<Result>): Promise<Result> {
    const client = await this.#connect();
    // The first statements are on their way with it; where it fails, they do, because they find no transaction that goes on.
    const beginning = simpleQuery(client, begin);
    const working = (async () => await work(statementsOn(client)))();
    try {
      const [xid, result] = await inOrder(beginning.then(xidOf), working);
      const committing = simpleQuery(client, "COMMIT");
      if (xid !== undefined) await this.#committed(committing, xid);
      // Nobody waits for the end of what has only read.
      void committing.then(
        () => client.release(),
        () => client.release(true),
      );
      return result;
    } catch (error) {
      const isLost = error instanceof ConnectionLostError || error instanceof NotConfirmedError;
      // One that is lost is not used again.
      client.release(isLost || (await rollBack(client)));
      throw error;
    }
  }

  /** Where the answer to a commit is lost, the server is asked what became of it, once it is there again. */
  async #committed(committing: Promise<unknown>, xid: string): Promise<void> {
    try {
      await committing;
    } catch (error) {
      if (!(error instanceof ConnectionLostError)) throw error;
      const isCommitted = await this.#isCommitted(xid).catch((cause: unknown) => {
        throw new CommitUnknownError(xid, this.#name, cause);
      });
      if (!isCommitted) throw error;
    }
  }

  async #isCommitted(xid: string): Promise<boolean> {
    return await this.#patiently(async () => {
      const client = await this.#connect();
      try {
        const { rows } = await client.query("SELECT pg_xact_status($1::text::xid8) AS status", [xid]);
        // The connection that has it is not gone yet.
        if (rows[0]?.status === "in progress")
          throw new ConnectionLostError("the commit is still on its way");
        return rows[0]?.status === "committed";
      } catch (error) {
        throw asConnectionError(error);
      } finally {
        client.release();
      }
    });
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw asConnectionError(error);
    }
  }
}

/**
 * Both results, once neither asks for anything more on their connection; where both fail, the first one's failure, which is the
 * other's reason.
 */
async function inOrder<First, Second>(
  first: Promise<First>,
  second: Promise<Second>,
): Promise<[First, Second]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

async function simpleQuery(client: PoolClient, text: string): Promise<unknown> {
  try {
    return await client.query(text);
  } catch (error) {
    throw asConnectionError(error);
  }
}

/** Returns whether the connection is lost. */
async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query("ROLLBACK");
    return false;
  } catch {
    return true;
  }
}

/** The transaction's number, as the last of several statements told it; undefined for one that only reads. */
function xidOf(results: unknown): string | undefined {
  const last = Array.isArray(results) ? (results.at(-1) as QueryResult | undefined) : undefined;
  const xid = last?.rows[0]?.xid;
  return xid === undefined ? undefined : String(xid);
}

/** The number of a user's lock: two that share one wait for each other, which is all. */
function lockNumberOf(user: string): bigint {
  return createHash("sha256").update(user).digest().readBigInt64BE();
}
