import { execFile, spawn } from "node:child_process";
import { chownSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { vi } from "vitest";
import { postgresAccount, postgresqlPrograms, queryOnce } from "./postgresql-programs.ts";

const run = promisify(execFile);

const BINARIES = postgresqlPrograms();

/** Why no PostgreSQL can be started here, and how to get one; undefined where it can. */
export const NO_POSTGRESQL: string | undefined =
  BINARIES === undefined
    ? "There is no PostgreSQL in /usr/lib/postgresql. Debian: apt-get install --no-install-recommends postgresql."
    : undefined;

/** A real PostgreSQL of the tests' own, on a socket in a temporary folder. */
export interface TestPostgresql {
  readonly password: string;
  /** The address of a database of its own, in which this was run. */
  createDatabase(sql: string): Promise<string>;
  /** Ends the server, and removes its files. */
  close(): void;
}

let running: Promise<TestPostgresql> | undefined;

/** The server of this worker: one for all the files that it runs, ended with it. */
export function sharedPostgresql(): Promise<TestPostgresql> {
  running ??= startPostgresql();
  return running;
}

/** Runs the server until its standard input ends, as it does with whoever has started it, however that ends. */
const UNTIL_ALONE = `"$@" </dev/null & cat; kill -QUIT $!; wait; rm -rf "$0"`;

/** A server for one test alone, which must close it. Not even root can run one as itself: then it runs as `postgres`. */
export async function startPostgresql(): Promise<TestPostgresql> {
  const folder = mkdtempSync(join(tmpdir(), "stack-postgresql-"));
  const user = userInfo().uid === 0 ? await postgresAccount() : undefined;
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
  const server = [`${BINARIES}postgres`, "-D", data, ...settings.flatMap((setting) => ["-c", setting])];
  const { stdin } = spawn("/bin/sh", ["-c", UNTIL_ALONE, folder, ...server], {
    ...options,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const urlOf = (name: string): string => `postgresql://tester:${password}@localhost/${name}?host=${folder}`;
  try {
    await vi.waitFor(() => queryOnce(urlOf("postgres"), "SELECT 1"), { timeout: 60_000, interval: 50 });
  } catch (error) {
    stdin.end();
    throw error;
  }
  let databases = 0;
  return {
    password,
    async createDatabase(sql) {
      databases += 1;
      const name = `test_${databases}`;
      await queryOnce(urlOf("postgres"), `CREATE DATABASE ${name}`);
      await queryOnce(urlOf(name), sql);
      return urlOf(name);
    },
    close: () => void stdin.end(),
  };
}
