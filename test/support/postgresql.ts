import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { vi } from "vitest";

const run = promisify(execFile);

/** The newest server that the distribution has installed; it is not in anybody's PATH. */
const BINARIES = globSync("/usr/lib/postgresql/*/bin/initdb")
  .toSorted()
  .at(-1)
  ?.replace(/initdb$/, "");

/** Why no PostgreSQL can be started here, and how to get one; undefined where it can. */
export const NO_POSTGRESQL: string | undefined =
  BINARIES === undefined
    ? "There is no PostgreSQL in /usr/lib/postgresql. Debian: apt-get install --no-install-recommends postgresql."
    : undefined;

/** A real PostgreSQL of the tests' own, on a socket in a temporary folder. */
export interface TestPostgresql {
  readonly password: string;
  /** The address of a database, new and empty. */
  createDatabase(name: string, sql: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts a server. Not even root can run one as itself: then it runs as `postgres`. */
export async function startPostgresql(): Promise<TestPostgresql> {
  const folder = mkdtempSync(join(tmpdir(), "stack-postgresql-"));
  const user = await runsAs();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const password = "only-for-tests";
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password);
  const data = join(folder, "data");
  const options = { ...user, cwd: folder };
  const initdb = [
    "-D",
    data,
    "-U",
    "tester",
    "-A",
    "scram-sha-256",
    "--pwfile",
    passwordFile,
    "-E",
    "UTF8",
    "-N",
  ];
  await run(`${BINARIES}initdb`, initdb, options);
  const settings = ["listen_addresses=", `unix_socket_directories=${folder}`, "fsync=off"];
  const server = spawn(
    `${BINARIES}postgres`,
    ["-D", data, ...settings.flatMap((setting) => ["-c", setting])],
    {
      ...options,
      stdio: "ignore",
    },
  );
  const urlOf = (name: string): string => `postgresql://tester:${password}@localhost/${name}?host=${folder}`;
  const close = async (): Promise<void> => {
    const ended = once(server, "exit");
    // Its immediate shutdown: nothing of it is kept.
    if (server.kill("SIGQUIT")) await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await vi.waitFor(() => query(urlOf("postgres"), "SELECT 1"), { timeout: 20_000, interval: 50 });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    password,
    async createDatabase(name, sql) {
      await query(urlOf("postgres"), `CREATE DATABASE ${name}`);
      await query(urlOf(name), sql);
      return urlOf(name);
    },
    close,
  };
}

async function runsAs(): Promise<{ uid: number; gid: number } | undefined> {
  if (userInfo().uid !== 0) return undefined;
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => (await run("id", [flag, "postgres"])).stdout),
  );
  return { uid: Number(uid), gid: Number(gid) };
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
