import { WireError } from "../../../contract/wire-error.ts";
import { messageOf, withoutStop } from "../../../errors/thrown-error.ts";
import { UserError } from "../../../errors/user-error.ts";

/** PostgreSQL's own codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DISK_FULL = "53100";
const SERIALIZATION_FAILURES: ReadonlySet<string> = new Set(["40001", "40P01"]);
/** A lock or a statement took too long. */
const TOO_SLOW: ReadonlySet<string> = new Set(["55P03", "57014", "25P03"]);
/** Classes of errors that say that the server, the account or the disk is not as it should be: nothing of the statement. */
const UNUSABLE = /^(?:08|28|3D|53|57P|58|XX|25006|42501|55000)/;
/** It starts, stops, or has no connection left: it may be there soon. */
const NOT_READY: ReadonlySet<string> = new Set(["57P01", "57P02", "57P03", "53300"]);

/**
 * The connection to the server is lost, or cannot be made. `message` holds no password: pg's own errors name host, port and
 * user alone.
 */
export class ConnectionLostError extends Error {
  override readonly name = "ConnectionLostError";

  constructor(cause: unknown) {
    super(withoutStop(messageOf(cause)), { cause });
  }
}

/** What an error of pg's client is: with a code of the server, or one of the connection. */
export function asConnectionError(error: unknown): unknown {
  const code = sqlState(error);
  if (code === undefined || NOT_READY.has(code)) return new ConnectionLostError(error);
  return error;
}

/** What was committed, and told so, and was not on the disk yet when the server crashed. */
export function lostInCrash(name: string, cause: unknown): WireError {
  return new WireError(
    "store_unavailable",
    `The conversations' database, ${name}, crashed before it had saved.`,
    "Send it again.",
    { cause },
  );
}

/** True where the transaction is not done, and may well be on another try. */
export function isWorthAnotherTry(error: unknown): boolean {
  if (error instanceof ConnectionLostError) return true;
  return SERIALIZATION_FAILURES.has(sqlState(error) ?? "");
}

/** What the contract says where the database cannot be used; any other error as it is. */
export function postgresqlStoreError(error: unknown, name: string): unknown {
  const cause = { cause: error };
  const code = sqlState(error) ?? "";
  if (error instanceof ConnectionLostError) {
    return new WireError(
      "store_unavailable",
      `The conversations' database, ${name}, does not answer: ${error.message}.`,
      "Start PostgreSQL, or look at store.url; then send it again.",
      cause,
    );
  }
  if (code === DISK_FULL) {
    return new WireError(
      "store_full",
      "The disk of the conversations' database is full.",
      `Make room where ${name} keeps its data; then send it again.`,
      cause,
    );
  }
  if (TOO_SLOW.has(code) || SERIALIZATION_FAILURES.has(code)) {
    return new WireError(
      "store_unavailable",
      `The conversations' database, ${name}, takes too long: ${withoutStop(messageOf(error))}.`,
      "Wait, or look for what holds its locks (pg_stat_activity); then send it again.",
      cause,
    );
  }
  if (!UNUSABLE.test(code)) return error;
  return new WireError(
    "store_unavailable",
    `The conversations' database, ${name}, cannot be used: ${withoutStop(messageOf(error))}.`,
    "`stack store check` says what is wrong with it.",
    cause,
  );
}

/**
 * What a command says where the database is not to be had; a UserError as it is.
 *
 * @param what what could not be done with it, such as `read`
 */
export function postgresqlUnreadable(error: unknown, name: string, what: string): UserError {
  if (error instanceof UserError) return error;
  return new UserError(
    "database_unreadable",
    `The database ${name} cannot be ${what}: ${withoutStop(messageOf(error))}.`,
    { hint: "Check store.url, and that PostgreSQL runs there and lets this user in.", cause: error },
  );
}

/** True where a statement broke the constraint of this name. */
export function brokeConstraint(error: unknown, name: string): boolean {
  return error instanceof Error && "constraint" in error && error.constraint === name;
}

/** The server's code of an error; undefined for what the server did not say. */
function sqlState(error: unknown): string | undefined {
  const isOfServer = error instanceof Error && "severity" in error && "code" in error;
  return isOfServer ? String(error.code) : undefined;
}
