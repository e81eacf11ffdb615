import { randomUUID } from "node:crypto";
import pg from "pg";
import { postgresqlName } from "../../../contract/store-address.ts";
import { messageOf, withoutStop } from "../../../errors/thrown-error.ts";
import { UserError } from "../../../errors/user-error.ts";

/** A database that is made for a while, beside those that are there. */
export interface TemporaryDatabase {
  readonly url: string;
  /** Deletes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** What their names begin with: one that a killed process has left is known by it. */
const PREFIX = "stack_verify_";

/**
 * Makes an empty database on the server of this URL, whose own database is only connected to: neither its tables nor its
 * notifications are touched. Throws a UserError `database_unreadable` where the server is not to be had, or lets this
 * account make none.
 */
export async function createTemporaryDatabase(serverUrl: string): Promise<TemporaryDatabase> {
  const name = `${PREFIX}${randomUUID().replaceAll("-", "")}`;
  try {
    await runAt(serverUrl, `CREATE DATABASE ${name}`);
  } catch (cause) {
    throw new UserError(
      "database_unreadable",
      `No database could be made beside ${postgresqlName(serverUrl)}: ${withoutStop(messageOf(cause))}.`,
      {
        hint: "Several copies are judged on a database of their own: name a server that runs, and an account with CREATEDB.",
        cause,
      },
    );
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => runAt(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function runAt(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A server that goes away tells it to the connection, too: whoever waits for the statement is told.
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A server that is busy takes its time, in milliseconds. */
const CONNECT_TIMEOUT_MS = 20_000;
