import { createHash } from "node:crypto";
import type { PoolClient } from "pg";
import type { Row, SqlValue, Statements } from "../sql/sql-database.ts";
import { type NamedStatement, type StatementResult, sendBatch } from "./postgresql-batch.ts";
import { POSTGRESQL_DIALECT } from "./postgresql-dialect.ts";
import { asConnectionError } from "./postgresql-errors.ts";
import { encodeText } from "./text-encoding.ts";

/** Statements on one connection, which go out with others that are asked for in the same moment. */
export interface GatheredStatements extends Statements {
  /** Sends what has been asked for at once, in place of a moment later. */
  send(): void;
}

/** A statement that is asked for, and who waits for it. */
interface Asked {
  readonly statement: NamedStatement;
  readonly resolve: (result: StatementResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The statements of one transaction, or of none, on their connection. What is asked for in the same moment fails together. In a
 * transaction, so does all that is asked for after that: with the first one's reason, whichever of them is waited for.
 *
 * @param silenceMs how long they may take to be answered, in milliseconds, where that is less than for any query
 */
export function statementsOn(client: PoolClient, silenceMs?: number): GatheredStatements {
  let firstFailure: unknown;
  let gathered: Asked[] = [];
  const send = (): void => {
    const asked = gathered;
    gathered = [];
    if (asked.length === 0) return;
    sendBatch(
      client,
      asked.map(({ statement }) => statement),
      silenceMs,
    ).then(
      (results) => {
        for (const [index, { resolve }] of asked.entries())
          resolve(results[index] ?? { rows: [], rowCount: 0 });
      },
      (error: unknown) => {
        firstFailure ??= asConnectionError(error);
        for (const { reject } of asked) reject(firstFailure);
      },
    );
  };
  const query = async (sql: string, values: readonly SqlValue[]): Promise<StatementResult> =>
    await new Promise((resolve, reject) => {
      // After all that goes on in this turn of the event loop: what an answer leads to, and the end of a transaction.
      if (gathered.length === 0) process.nextTick(send);
      gathered.push({ statement: namedStatement(sql, values), resolve, reject });
    });
  const all = async (sql: string, ...values: SqlValue[]): Promise<Row[]> => (await query(sql, values)).rows;
  return {
    dialect: POSTGRESQL_DIALECT,
    send,
    all,
    get: async (sql, ...values) => (await all(sql, ...values))[0],
    run: async (sql, ...values) => (await query(sql, values)).rowCount,
  };
}

/** A statement with its values, by its name; the server prepares it once on each connection. */
export function namedStatement(sql: string, values: readonly SqlValue[]): NamedStatement {
  const encoded = values.map((value) => (typeof value === "string" ? encodeText(value) : value));
  return { ...prepared(sql), values: encoded };
}

/** Statements by their text as everybody writes it; there are as many as the program has. */
const known = new Map<string, Prepared>();

interface Prepared {
  readonly text: string;
  /** What the server knows it by: of the text alone, so that a pooler between may share its connections. */
  readonly name: string;
}

function prepared(sql: string): Prepared {
  const before = known.get(sql);
  if (before !== undefined) return before;
  const text = inPostgresql(sql);
  const name = createHash("sha256").update(text).digest("base64url").slice(0, 22);
  const made = { text, name };
  known.set(sql, made);
  return made;
}

/** A statement in PostgreSQL's words: `$1` for `?` and `?1`, and `coalesce` for `ifnull`. */
export function inPostgresql(sql: string): string {
  let place = 0;
  return sql
    .replace(/\?(\d*)/g, (_, number: string) => `$${number === "" ? ++place : number}`)
    .replaceAll("ifnull(", "coalesce(");
}
