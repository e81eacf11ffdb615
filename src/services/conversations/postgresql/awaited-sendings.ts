import type { PoolClient } from "pg";
import type { Transaction } from "../sql/sql-database.ts";
import { inOrder, sendAfterSending } from "./postgresql-transaction.ts";

/** What is to be read, and who is told what comes of it. */
interface Reading {
  readonly work: Transaction<unknown>;
  readonly settle: (result: Promise<unknown>) => void;
}

/**
 * What is read once a message that is being sent is there. What is asked for in the same moment, as a claim and what it is for, waits
 * once, on one connection.
 */
export class AwaitedSendings {
  readonly #connect: () => Promise<PoolClient>;
  readonly #isLost: (error: unknown) => boolean;
  readonly #silenceMs: number;
  /** By conversation, until there is a connection. */
  readonly #gathered = new Map<number, Reading[]>();

  constructor(connect: () => Promise<PoolClient>, isLost: (error: unknown) => boolean, silenceMs: number) {
    this.#connect = connect;
    this.#isLost = isLost;
    this.#silenceMs = silenceMs;
  }

  /** One try of {@link Transactions.afterSending}. */
  read<Result>(conversation: number, work: Transaction<Result>): Promise<Result> {
    const { promise, resolve } = Promise.withResolvers<Result>();
    const settle = (result: Promise<unknown>): void => resolve(result as Promise<Result>);
    const gathered = this.#gathered.get(conversation);
    if (gathered !== undefined) gathered.push({ work, settle });
    else void this.#send(conversation, [{ work, settle }]);
    return promise;
  }

  async #send(conversation: number, readings: Reading[]): Promise<void> {
    this.#gathered.set(conversation, readings);
    let client: PoolClient;
    try {
      client = await this.#connect();
    } catch (error) {
      for (const { settle } of readings) settle(Promise.reject(error));
      return;
    } finally {
      this.#gathered.delete(conversation);
    }
    const works = readings.map(({ work }) => work);
    const { waiting, working } = sendAfterSending(client, conversation, works, this.#silenceMs);
    for (const [index, { settle }] of readings.entries()) {
      const result = working[index] ?? Promise.resolve();
      settle(inOrder(waiting, result).then(([, read]) => read));
    }
    await inOrder(waiting, ...working).then(
      () => client.release(),
      (error: unknown) => client.release(this.#isLost(error)),
    );
  }
}
