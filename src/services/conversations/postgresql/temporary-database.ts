import { randomUUID } from "node:crypto";
import pg from "pg";
import { postgresqlName, postgresqlUrl } from "../../../contract/store-address.ts";
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

/** How often one is made that somebody else takes for left before its maker has connected to it. */
const ATTEMPTS = 3;

/** PostgreSQL's codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const NO_SUCH_DATABASE = "3D000";

/**
 * Makes an empty database on the server of this URL, whose own database is only connected to: neither its tables nor its
 * notifications are touched. Its maker stays connected to it for as long as it lives, by which others see that it is in use;
 * those that killed processes have left are deleted. Throws a UserError `database_unreadable` where the server is not to be
 * had, or lets this account make none.
 */
export async function createTemporaryDatabase(serverUrl: string): Promise<TemporaryDatabase> {
  try {
    await withConnection(serverUrl, dropLeftDatabases);
    for (let attempt = 1; ; attempt += 1) {
      const name = `${PREFIX}${randomUUID().replaceAll("-", "")}`;
      await withConnection(serverUrl, (client) => client.query(`CREATE DATABASE ${name}`));
      const url = postgresqlUrl(serverUrl);
      url.pathname = `/${name}`;
      try {
        return { url: url.href, drop: dropping(serverUrl, name, await connectedTo(url.href)) };
      } catch (error) {
        if (codeOf(error) !== NO_SUCH_DATABASE || attempt === ATTEMPTS) throw error;
      }
    }
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
}

function dropping(serverUrl: string, name: string, owner: pg.Client): TemporaryDatabase["drop"] {
  return async () => {
    await owner.end();
    await withConnection(serverUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  };
}

/** Deletes those that nobody is connected to. What cannot be deleted stays: somebody has come, or it is another account's. */
async function dropLeftDatabases(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    `SELECT datname FROM pg_database WHERE starts_with(datname, $1)
        AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pg_stat_activity.datname = pg_database.datname)`,
    [PREFIX],
  );
  for (const { datname } of rows) {
    await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(datname)}`).catch(() => undefined);
  }
}

async function withConnection(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = await connectedTo(url);
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function connectedTo(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A server that goes away tells it to the connection, too: whoever waits for a statement is told.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** A server that is busy takes its time, in milliseconds. */
const CONNECT_TIMEOUT_MS = 20_000;

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
