import { createHash } from "node:crypto";
import type { PoolClient, QueryConfig } from "pg";
import type { Row, SqlValue, Statements } from "../sql/sql-database.ts";
import { POSTGRESQL_DIALECT } from "./postgresql-dialect.ts";
import { asConnectionError, isPassedOver } from "./postgresql-errors.ts";
import { encodeText } from "./text-encoding.ts";

/**
 * The statements of one transaction, or of none, on their connection. In a transaction, after one that fails the server passes
 * over those that are on their way: they fail with the first one's reason, whichever of them is waited for.
 *
 * @param silenceMs how long each may take to be answered, in milliseconds, where that is less than for any query
 */
export function statementsOn(client: PoolClient, silenceMs?: number): Statements {
  let firstFailure: unknown;
  const limit = silenceMs === undefined ? {} : { query_timeout: silenceMs };
  const { stream } = client.connection;
  let isGathering = false;
  /** What is asked for in the same moment goes out in one piece. */
  const gather = (): void => {
    if (isGathering) return;
    isGathering = true;
    stream.cork();
    queueMicrotask(() => {
      isGathering = false;
      stream.uncork();
    });
  };
  const query = async (sql: string, values: readonly SqlValue[]) => {
    gather();
    try {
      const limited = { ...preparedQuery(sql, values), ...limit };
      return await client.query(limited);
    } catch (error) {
      const failure = asConnectionError(error);
      firstFailure ??= failure;
      throw isPassedOver(failure) ? firstFailure : failure;
    }
  };
  const all = async (sql: string, ...values: SqlValue[]): Promise<Row[]> => (await query(sql, values)).rows;
  return {
    dialect: POSTGRESQL_DIALECT,
    all,
    get: async (sql, ...values) => (await all(sql, ...values))[0],
    run: async (sql, ...values) => (await query(sql, values)).rowCount ?? 0,
  };
}

/** A statement with its values, as pg takes it; the server prepares it once on each connection. */
export function preparedQuery(sql: string, values: readonly SqlValue[]): QueryConfig {
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
