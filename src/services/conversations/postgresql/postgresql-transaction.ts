import type { PoolClient, QueryConfig, QueryResult } from "pg";
import type { Statements, Transaction } from "../sql/sql-database.ts";
import { asConnectionError } from "./postgresql-errors.ts";
import { statementsOn } from "./postgresql-statements.ts";

/**
 * Of each transaction, at the server: how long a statement, a wait for a lock, and a pause between two statements may take.
 * The last is for a process that was stopped within one, with locks that others wait for.
 */
const LIMITS =
  "SET LOCAL statement_timeout = 15000; SET LOCAL lock_timeout = 5000; SET LOCAL idle_in_transaction_session_timeout = 10000";

/** How transactions of each kind begin: nothing in it waits for anything. */
const BEGIN = {
  read: `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${LIMITS}`,
  write: `BEGIN; ${LIMITS}`,
} as const;

/** A transaction that is to be done. */
export interface PostgresqlTransaction<Result> {
  readonly kind: keyof typeof BEGIN;
  readonly work: Transaction<Worked<Result>>;
  /** Of one that writes, the number of the lock that it waits for first. */
  readonly lock?: bigint;
}

/** What is known before a transaction's end is asked for. */
export interface Worked<Result> {
  readonly result: Result;
  /** {@link Undoable.rest} */
  readonly rest?: Promise<unknown> | undefined;
}

/** A transaction that was sent, by the answers to come. */
export interface SentTransaction<Result> {
  readonly beginning: Promise<unknown>;
  /** Its number, by which it can be asked for what became of it; undefined where nobody need know. */
  readonly naming: Promise<string | undefined>;
  readonly working: Promise<Worked<Result>>;
}

/**
 * Sends what of a transaction does not wait for an answer, in one piece: the beginning and the first statements, which fail
 * where that does, because they find no transaction that goes on.
 *
 * @param silenceMs how long its beginning may take to be answered, in milliseconds
 */
export function sendTransaction<Result>(
  client: PoolClient,
  { kind, work, lock }: PostgresqlTransaction<Result>,
  silenceMs: number,
): SentTransaction<Result> {
  const { stream } = client.connection;
  const statements = statementsOn(client);
  stream.cork();
  try {
    const beginning = answeredWithin(silenceMs, client, { text: BEGIN[kind] });
    const naming = kind === "write" ? nameTransaction(statements, lock) : Promise.resolve(undefined);
    return { beginning, naming, working: worked(work, statements) };
  } finally {
    stream.uncork();
  }
}

async function worked<Result>(
  work: Transaction<Worked<Result>>,
  statements: Statements,
): Promise<Worked<Result>> {
  const done = await work(statements);
  // It is waited for with the end.
  done.rest?.catch(() => undefined);
  return done;
}

/**
 * All results, once none asks for anything more on their connection; where several fail, the first one's failure, which is the
 * others' reason.
 */
export async function inOrder<Results extends readonly unknown[]>(
  ...promises: { readonly [Index in keyof Results]: Promise<Results[Index]> }
): Promise<Results> {
  await Promise.allSettled(promises);
  const results: unknown[] = [];
  for (const each of promises) results.push(await each);
  return results as unknown as Results;
}

/** Asks for the transaction's number, and waits for the lock, where there is one. */
async function nameTransaction(sql: Statements, lock: bigint | undefined): Promise<string> {
  const name = "SELECT pg_current_xact_id()::text AS xid";
  const row =
    lock === undefined
      ? await sql.get(name)
      : await sql.get(`${name}, pg_advisory_xact_lock(?)`, String(lock));
  return String(row?.["xid"]);
}

/** The answer to what a server that is there answers at once; a connection that says nothing for so long is given up. */
export async function answeredWithin(
  silenceMs: number,
  client: PoolClient,
  query: QueryConfig,
): Promise<QueryResult> {
  try {
    const limited = { ...query, query_timeout: silenceMs };
    return await client.query(limited);
  } catch (error) {
    throw asConnectionError(error);
  }
}

export async function simpleQuery(client: PoolClient, text: string): Promise<unknown> {
  try {
    return await client.query(text);
  } catch (error) {
    throw asConnectionError(error);
  }
}

/** Returns whether the connection is lost. */
export async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query("ROLLBACK");
    return false;
  } catch {
    return true;
  }
}
