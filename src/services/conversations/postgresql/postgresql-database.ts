import { hash } from "node:crypto";
import type { Pool, PoolClient, QueryConfig } from "pg";
import { WireError } from "../../../contract/wire-error.ts";
import {
  type Database,
  NotConfirmedError,
  type Row,
  type SqlValue,
  type Transaction,
} from "../sql/sql-database.ts";
import { isStoreUnavailable } from "../store-unavailable.ts";
import { AwaitedSendings } from "./awaited-sendings.ts";
import { DeadConnections } from "./dead-connections.ts";
import { asConnectionError, ConnectionLostError, lostInCrash } from "./postgresql-errors.ts";
import { statementsOn } from "./postgresql-statements.ts";
import {
  answeredWithin,
  FLUSH,
  fateQuery,
  inOrder,
  type PostgresqlTransaction,
  rollBack,
  sendCommit,
  sendTransaction,
  type TransactionName,
  type Worked,
} from "./postgresql-transaction.ts";
import { retryWhileLost } from "./retry-while-lost.ts";

/** How long a transaction is tried again where the server goes away and comes back, in milliseconds. */
const PATIENCE_MS = 5_000;

/** How long a look at the store's health takes at most, in milliseconds. */
const PROBE_TIMEOUT_MS = 1_000;

/** A server that is there answers what waits for nothing within this time, in milliseconds; else the connection leads nowhere. */
const LONGEST_SILENCE_MS = 4_000;

/** A commit of which the server's answer was lost, and that could not be asked for since. */
class CommitUnknownError extends NotConfirmedError {
  readonly transaction: TransactionName;

  constructor(transaction: TransactionName, name: string, cause: unknown) {
    super(
      "store_unavailable",
      `The conversations' database, ${name}, was lost while it saved: whether it did is not known yet.`,
      "Start PostgreSQL, or look at store.url; then load the conversation anew.",
      { cause },
    );
    this.transaction = transaction;
  }
}

/**
 * Transactions on a PostgreSQL database. What a user's writes read stays true until they are done, because they come one
 * after the other, under a lock of that user ({@link of}); others lock the rows that they change.
 */
export class PostgresqlDatabase implements Database {
  readonly #pool: Pool;
  readonly #name: string;
  readonly #silenceMs: number;
  readonly #dead: DeadConnections;
  readonly #sendings: AwaitedSendings;
  readonly #writing = new Set<Promise<unknown>>();
  #isClosed = false;
  #didLastWriteFail = false;

  /**
   * @param name how messages call the database
   * @param silenceMs after so long a silence a connection is taken for dead, in milliseconds
   */
  constructor(pool: Pool, name: string, silenceMs = LONGEST_SILENCE_MS) {
    this.#pool = pool;
    this.#name = name;
    this.#silenceMs = silenceMs;
    this.#dead = new DeadConnections(pool, silenceMs);
    this.#sendings = new AwaitedSendings(
      () => this.#connect(),
      (error) => this.#isLost(error),
      silenceMs,
    );
  }

  /** The same database, for what this user writes. */
  of(user: string): Database {
    const write: Database["write"] = (work) =>
      this.#write({ kind: "write", work: whole(work), lock: lockNumberOf(user) });
    return {
      read: (work) => this.read(work),
      afterSending: (conversation, work) => this.afterSending(conversation, work),
      write,
      writeSoon: write,
      writeOrUndo: (work, onCommitting) =>
        this.#write({ kind: "write", work, lock: lockNumberOf(user), onCommitting }),
      probe: () => this.probe(),
      confirm: (doubt) => this.confirm(doubt),
      close: () => this.close(),
    };
  }

  async read<Result>(work: Transaction<Result>): Promise<Result> {
    return await this.#patiently(() => this.#attempt({ kind: "read", work: whole(work) }));
  }

  /** Also for what writes, where it does no harm done twice: see {@link runAlone}. */
  async afterSending<Result>(conversation: number | undefined, work: Transaction<Result>): Promise<Result> {
    if (conversation === undefined) return await this.read(work);
    return await this.#patiently(() => this.#sendings.read(conversation, work));
  }

  async write<Result>(work: Transaction<Result>): Promise<Result> {
    return await this.#write({ kind: "write", work: whole(work) });
  }

  /** No less safe than any other: what grows survives the death of any process, also of the server's. */
  writeSoon = this.write;

  /** What is not confirmed cannot be taken back here: nobody knows whether it stands. */
  writeOrUndo: Database["writeOrUndo"] = (work, onCommitting) =>
    this.#write({ kind: "write", work, onCommitting });

  /**
   * One statement that is a transaction by itself, in one round trip; it must wait for nobody. For what does no harm where it is
   * done twice: where the answer is lost, it is done again.
   */
  async runAlone(sql: string, ...values: SqlValue[]): Promise<Row[]> {
    const ask = (client: PoolClient) => statementsOn(client, this.#silenceMs).all(sql, ...values);
    return await this.#patiently(() => this.#onConnection(ask));
  }

  async probe(): Promise<void> {
    // A full disk shows only where something is written.
    const look: Transaction<unknown> = this.#didLastWriteFail
      ? (sql) => sql.run("UPDATE chat_stack_schema SET version = version")
      : async () => undefined;
    const attempt = () => this.#attempt({ kind: "write", work: whole(look) });
    await this.#patiently(attempt, PROBE_TIMEOUT_MS);
    this.#didLastWriteFail = false;
  }

  async confirm(doubt: NotConfirmedError): Promise<boolean> {
    if (!(doubt instanceof CommitUnknownError)) throw doubt;
    return await this.#isCommitted(doubt.transaction);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.allSettled(this.#writing);
    await this.#pool.end();
  }

  async #write<Result>(transaction: PostgresqlTransaction<Result>): Promise<Result> {
    const written = this.#patiently(() => this.#attempt(transaction));
    this.#writing.add(written);
    try {
      const result = await written;
      this.#didLastWriteFail = false;
      return result;
    } catch (error) {
      if (isStoreUnavailable(error)) this.#didLastWriteFail = true;
      throw error;
    } finally {
      this.#writing.delete(written);
    }
  }

  /** Tries until the server is there. */
  async #patiently<Result>(attempt: () => Promise<Result>, patienceMs = PATIENCE_MS): Promise<Result> {
    return await retryWhileLost(
      async () => {
        if (this.#isClosed)
          throw new WireError("store_unavailable", "The conversations' database is closed.");
        return await attempt();
      },
      { patienceMs, name: this.#name },
    );
  }

  /** One try: whole, or nothing of it was done; or a CommitUnknownError. */
  async #attempt<Result>(transaction: PostgresqlTransaction<Result>): Promise<Result> {
    const client = await this.#connect();
    const { beginning, naming, working, statements } = sendTransaction(client, transaction, this.#silenceMs);
    try {
      const [, name, { result, rest }] = await inOrder(beginning, naming, working);
      const { committing, flushing } = sendCommit(client, statements, transaction);
      flushing?.catch(() => undefined);
      const committed = inOrder(Promise.resolve(rest), committing);
      committed.catch(() => undefined);
      transaction.onCommitting?.(result);
      if (name !== undefined) await this.#committed(committed, name);
      if (name !== undefined && flushing !== undefined) await this.#flushed(flushing, name);
      // Nobody waits for the end of what has only read.
      void inOrder(committing, flushing ?? committing).then(
        () => client.release(),
        () => client.release(true),
      );
      return result;
    } catch (error) {
      // One that is lost is not used again.
      client.release(this.#isLost(error) || (await rollBack(client)));
      throw error;
    }
  }

  /** Whether what has failed has failed with its connection. */
  #isLost(error: unknown): boolean {
    const isLost = error instanceof ConnectionLostError || error instanceof NotConfirmedError;
    if (isLost) this.#dead.foundOne();
    return isLost;
  }

  /** Where the answer to a commit is lost, the server is asked what became of it, once it is there again. */
  async #committed(committing: Promise<unknown>, transaction: TransactionName): Promise<void> {
    try {
      await committing;
    } catch (error) {
      if (!(error instanceof ConnectionLostError)) throw error;
      const isCommitted = await this.#isCommitted(transaction).catch((cause: unknown) => {
        throw new CommitUnknownError(transaction, this.#name, cause);
      });
      if (!isCommitted) throw error;
    }
  }

  /** Waits until what is committed is on the disk. What turns out to be lost was told as committed: nobody tries it again here. */
  async #flushed(flushing: Promise<unknown>, transaction: TransactionName): Promise<void> {
    try {
      await flushing;
    } catch (error) {
      const isCommitted = await this.#flushAnew(transaction).catch((cause: unknown) => {
        throw new CommitUnknownError(transaction, this.#name, cause);
      });
      if (!isCommitted) throw lostInCrash(this.#name, error);
    }
  }

  /** By another connection; a server that has crashed before that tells that it does not know the transaction. */
  async #flushAnew(transaction: TransactionName): Promise<boolean> {
    await this.#patiently(() => this.#ask({ text: FLUSH }));
    return await this.#isCommitted(transaction);
  }

  async #isCommitted(transaction: TransactionName): Promise<boolean> {
    return await this.#patiently(async () => {
      const [row] = await this.#ask(fateQuery(transaction));
      // The connection that has it is not gone yet.
      if (row?.["fate"] === "in progress") throw new ConnectionLostError("the commit is still on its way");
      return row?.["fate"] === "committed";
    });
  }

  async #ask(query: QueryConfig): Promise<Row[]> {
    return await this.#onConnection(
      async (client) => (await answeredWithin(this.#silenceMs, client, query)).rows,
    );
  }

  /** Asks what waits for nothing; a connection that is lost with it is not used again. */
  async #onConnection(ask: (client: PoolClient) => Promise<Row[]>): Promise<Row[]> {
    const client = await this.#connect();
    try {
      const rows = await ask(client);
      client.release();
      return rows;
    } catch (error) {
      client.release(this.#isLost(error));
      throw error;
    }
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw asConnectionError(error);
    }
  }
}

/** Work of which everything is known before its end. */
function whole<Result>(work: Transaction<Result>): Transaction<Worked<Result>> {
  return async (sql) => ({ result: await work(sql) });
}

/** The number of a user's lock: two that share one wait for each other, which is all. */
function lockNumberOf(user: string): bigint {
  return hash("sha256", user, "buffer").readBigInt64BE();
}
