import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { promisify } from "node:util";
import pg from "pg";

const run = promisify(execFile);

/**
 * Where the programs of the newest PostgreSQL are that the distribution has installed, with a slash at the end; undefined where
 * there is none. They are not in anybody's PATH.
 */
export function postgresqlPrograms(): string | undefined {
  return globSync("/usr/lib/postgresql/*/bin/initdb")
    .toSorted()
    .at(-1)
    ?.replace(/initdb$/, "");
}

/** The account that comes with it: not even root can run a server as itself. */
export async function postgresAccount(): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => (await run("id", [flag, "postgres"])).stdout),
  );
  return { uid: Number(uid), gid: Number(gid) };
}

/** Runs a query on a connection of its own, and gives its rows. */
export async function queryOnce<Row extends pg.QueryResultRow>(
  server: string | pg.ClientConfig,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client(server);
  // A server that goes away tells it to the connection, too: whoever waits for the query is told.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
