import type { Transaction } from "../sql/sql-database.ts";
import { isStoreUnavailable } from "../store-unavailable.ts";

/** How long a write waits for others, in milliseconds. */
const BATCH_MS = 20;

/** A batch with so many writes begins at once: it keeps the event loop for about a millisecond. */
const MOST_WRITES = 64;

type Write = <Result>(work: Transaction<Result>) => Promise<Result>;

interface BatchedWrite {
  readonly work: Transaction<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes that nobody waits for, a few at a time in one transaction: its beginning and its end cost three times what is
 * written in it, and of a thousand replies four thousand pieces are saved in a second. Not for a database whose transactions lock
 * rows: in one transaction, several replies' rows are locked, in whatever order, and others that want them wait for each other.
 */
export class BatchedWrites {
  readonly #write: Write;
  #waiting: BatchedWrite[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(write: Write) {
    this.#write = write;
  }

  /** As {@link Transactions.writeSoon}. */
  add<Result>(work: Transaction<Result>): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.push({ work, resolve, reject });
    if (this.#waiting.length >= MOST_WRITES) this.begin();
    else this.#timer ??= setTimeout(() => this.begin(), BATCH_MS);
    return promise as Promise<Result>;
  }

  /** Begins what waits: what is asked of the database after that comes after it. */
  begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length > 0) void this.#run(batch);
  }

  async #run(batch: readonly BatchedWrite[]): Promise<void> {
    try {
      const results = await this.#write(async (sql) => {
        // The transaction ends only when none of them asks for anything more.
        const done = await Promise.allSettled(batch.map(({ work }) => work(sql)));
        return done.map((each) => {
          if (each.status === "rejected") throw each.reason;
          return each.value;
        });
      });
      for (const [index, { resolve }] of batch.entries()) resolve(results[index]);
    } catch (error) {
      // One that fails must not fail the others: nothing of them is done yet.
      const isAlone = batch.length === 1 || isStoreUnavailable(error);
      for (const { work, resolve, reject } of batch) {
        if (isAlone) reject(error);
        else void this.#write(work).then(resolve, reject);
      }
    }
  }
}
