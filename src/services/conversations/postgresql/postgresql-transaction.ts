import type { PoolClient, QueryConfig, QueryResult } from "pg";
import type { Statements, Transaction } from "../sql/sql-database.ts";
import { asConnectionError } from "./postgresql-errors.ts";
import { type GatheredStatements, statementsOn } from "./postgresql-statements.ts";
import { waitForSending } from "./sending-lock.ts";

/**
 * Of each transaction, at the server, in milliseconds: how long a statement, a wait for a lock, and a pause between two statements may
 * take. The last is for a process that was stopped within one, with locks that others wait for.
 */
const LIMITS = {
  statement_timeout: "15000",
  lock_timeout: "5000",
  idle_in_transaction_session_timeout: "10000",
} as const;

/** Of a transaction that others see before it is on the disk: {@link FLUSH} waits for that. */
const SEEN_SOON = { synchronous_commit: "off" } as const;

/** How a transaction that only reads begins: nothing in it waits for anything. One that writes has its limits with its name. */
const BEGIN_READING = [
  "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
  ...Object.entries(LIMITS).map(([name, value]) => `SET LOCAL ${name} = ${value}`),
].join("; ");

/** Columns that set these until the transaction ends. */
function settingColumns(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `set_config('${name}', '${value}', true)`)
    .join(", ");
}

/** A transaction that changes nothing, and is done only when all is on the disk that the server has committed before it. */
export const FLUSH = "SELECT pg_logical_emit_message(true, 'stack', '')";

/** A transaction that is to be done. */
export interface PostgresqlTransaction<Result> {
  readonly kind: "read" | "write";
  readonly work: Transaction<Worked<Result>>;
  /** Of one that writes, the number of the lock that it waits for first. */
  readonly lock?: bigint;
  /** {@link UserStore.transaction} */
  readonly onCommitting?: ((result: Result) => void) | undefined;
}

/** What is known before a transaction's end is asked for. */
export interface Worked<Result> {
  readonly result: Result;
  /** {@link Undoable.rest} */
  readonly rest?: Promise<unknown> | undefined;
}

/** What a transaction is known by at its server. */
export interface TransactionName {
  /** Its number. One that is lost when the server crashes is given to another transaction after that. */
  readonly xid: string;
  /** When it had that number, by the server's clock. */
  readonly named: string;
  /** Where the server's last checkpoint stood then. */
  readonly checkpoint: string;
}

/** The columns of a {@link TransactionName}: worked out one after the other, so it has its number before the clock is read. */
export const NAME =
  "pg_current_xact_id()::text AS xid, clock_timestamp()::text AS named, (pg_control_checkpoint()).checkpoint_lsn::text AS checkpoint";

/** A transaction that was sent, by the answers to come. */
export interface SentTransaction<Result> {
  readonly beginning: Promise<unknown>;
  /** By which it can be asked for what became of it; undefined where nobody need know. */
  readonly naming: Promise<TransactionName | undefined>;
  readonly working: Promise<Worked<Result>>;
  readonly statements: GatheredStatements;
}

/**
 * Sends what of a transaction does not wait for an answer, in one piece: the beginning and the first statements, which fail
 * where that does, because they find no transaction that goes on.
 *
 * @param silenceMs how long its beginning may take to be answered, in milliseconds
 */
export function sendTransaction<Result>(
  client: PoolClient,
  { kind, work, lock, onCommitting }: PostgresqlTransaction<Result>,
  silenceMs: number,
): SentTransaction<Result> {
  const { stream } = client.connection;
  const statements = statementsOn(client);
  stream.cork();
  try {
    const text = kind === "read" ? BEGIN_READING : "BEGIN";
    const beginning = answeredWithin(silenceMs, client, { text });
    const settings = onCommitting === undefined ? LIMITS : { ...LIMITS, ...SEEN_SOON };
    const naming = kind === "read" ? Promise.resolve(undefined) : nameTransaction(statements, settings, lock);
    const working = worked(work, statements);
    statements.send();
    return { beginning, naming, working, statements };
  } finally {
    stream.uncork();
  }
}

/**
 * Sends statements that are no transaction, in one piece, with what they wait for: each work sees what is there when it begins, and is
 * answered by itself, so that whoever waits for the first can go on while the server sees to the next.
 *
 * @param silenceMs how long each may take to be answered, in milliseconds
 */
export function sendAfterSending(
  client: PoolClient,
  conversation: number,
  works: readonly Transaction<unknown>[],
  silenceMs: number,
): { readonly waiting: Promise<unknown>; readonly working: readonly Promise<unknown>[] } {
  const { stream } = client.connection;
  stream.cork();
  try {
    const waiting: Promise<unknown>[] = [];
    const working = works.map((work, index) => {
      const statements = statementsOn(client, silenceMs);
      if (index === 0) waiting.push(waitForSending(statements, conversation));
      const result = work(statements);
      statements.send();
      return result;
    });
    return { waiting: Promise.all(waiting), working };
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

/** Asks for the transaction's name, sets what it is bound by, and waits for the lock, where there is one. */
async function nameTransaction(
  sql: Statements,
  settings: Readonly<Record<string, string>>,
  lock: bigint | undefined,
): Promise<TransactionName> {
  const select = `SELECT ${NAME}, ${settingColumns(settings)}`;
  const row =
    lock === undefined
      ? await sql.get(select)
      : await sql.get(`${select}, pg_advisory_xact_lock(?)`, String(lock));
  return {
    xid: String(row?.["xid"]),
    named: String(row?.["named"]),
    checkpoint: String(row?.["checkpoint"]),
  };
}

/**
 * What became of a transaction by this name: `committed`, `aborted` or `in progress`.
 *
 * A checkpoint that began after a transaction was named knows its number, unless the server has crashed in between: the number
 * was lost then, and by now another transaction may have it. A checkpoint's time is that of its beginning, in whole seconds. One of the
 * second in which the transaction was named may have begun before it: that tells of a crash only where there is another
 * checkpoint than there was, and it is of the kind that is made when nothing runs, as at the end of a recovery.
 */
export function fateQuery({ xid, named, checkpoint }: TransactionName): QueryConfig {
  return {
    text: `SELECT CASE
        WHEN split_part(next_xid, ':', 1)::bigint * 4294967296 + split_part(next_xid, ':', 2)::bigint <= $1::text::bigint
         AND (checkpoint_time > $2::text::timestamptz
           OR (checkpoint_time = date_trunc('second', $2::text::timestamptz)
             AND checkpoint_lsn <> $3::text::pg_lsn AND checkpoint_lsn = redo_lsn))
        THEN 'aborted' ELSE pg_xact_status($1::text::xid8) END AS fate
      FROM pg_control_checkpoint()`,
    values: [xid, named, checkpoint],
  };
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

/**
 * Asks for the end of a transaction, in one piece with the last of its `statements`; and by `flushing`, where it is told before, when
 * it is safe.
 */
export function sendCommit<Result>(
  client: PoolClient,
  statements: GatheredStatements,
  { onCommitting }: Pick<PostgresqlTransaction<Result>, "onCommitting">,
): { readonly committing: Promise<unknown>; readonly flushing: Promise<unknown> | undefined } {
  const { stream } = client.connection;
  stream.cork();
  try {
    statements.send();
    const committing = simpleQuery(client, "COMMIT");
    return { committing, flushing: onCommitting && simpleQuery(client, FLUSH) };
  } finally {
    stream.uncork();
  }
}

async function simpleQuery(client: PoolClient, text: string): Promise<unknown> {
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
