import pg from "pg";
import { decodeText } from "./text-encoding.ts";

/** This many connections one process has at most, and keeps while idle: a reply is claimed while its prompt is read. */
const CONNECTIONS = 10;
const KEPT_CONNECTIONS = 2;

/** After so long a silence the system asks whether a connection that nobody uses still leads anywhere, in milliseconds. */
const KEEP_ALIVE_AFTER_MS = 5_000;

/** How long a connection may take to be made, and an answer to a statement to come, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 30_000;

/** Connections to the database of this URL, made when they are needed. */
export function createPostgresqlPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    min: KEPT_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // The server ends its statements earlier; this is for a network that is cut.
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    // What does not wait for an answer is sent at once: the beginning of a transaction with its first statements.
    pipeline: true,
    application_name: "stack",
    types: { getTypeParser },
  });
  // A server that goes away tells it to connections that nobody is using, and to one that somebody is using beside the
  // failure of its statement.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

const { INT8, TEXT, VARCHAR, JSON: JSON_TYPE } = pg.types.builtins;

/** Keys are numbers, as in SQLite; JSON stays text, for whoever reads a row. */
function getTypeParser(type: number, format?: "text" | "binary"): (value: string) => unknown {
  if (format !== "binary") {
    if (type === INT8) return Number;
    if (type === TEXT || type === VARCHAR || type === JSON_TYPE) return decodeText;
  }
  return pg.types.getTypeParser(type, format === "binary" ? "binary" : "text");
}
