import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { freePorts } from "../test/support/ports.ts";
import { clearAtExit } from "./leftovers.ts";

/** A PostgreSQL of one measurement's own, with the settings that it comes with: what it has committed is on the disk. */
export interface BenchPostgresql {
  /** Makes an empty database; returns its address. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 20_000;

/** Starts the newest server that the distribution has installed, on loopback. Throws where there is none. */
export async function startPostgresql(): Promise<BenchPostgresql> {
  const initdb = globSync("/usr/lib/postgresql/*/bin/initdb").toSorted().at(-1);
  if (initdb === undefined) throw new Error("There is no PostgreSQL in /usr/lib/postgresql.");
  const folder = mkdtempSync(join(tmpdir(), "stack-bench-postgresql-"));
  const [port = 0] = await freePorts(1);
  // Not even root can run one as itself.
  const user = userInfo().uid === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const options = { ...user, cwd: folder, stdio: "ignore" } as const;
  execFileSync(initdb, ["-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8"], options);
  const settings = ["-p", String(port), "-h", "127.0.0.1", "-k", folder];
  const server = spawn(initdb.replace(/initdb$/, "postgres"), ["-D", data, ...settings], options);
  const clear = (): void => {
    server.kill("SIGQUIT");
    rmSync(folder, { recursive: true, force: true });
  };
  const forget = clearAtExit(clear);
  const urlOf = (name: string): string => `postgresql://bench@127.0.0.1:${port}/${name}`;
  await untilAnswers(urlOf("postgres"));
  return {
    async createDatabase(name) {
      await run(urlOf("postgres"), `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
      return urlOf(name);
    },
    async stop() {
      forget();
      const ended = once(server, "exit");
      server.kill("SIGQUIT");
      await ended;
      clear();
    },
  };
}

function idOf(flag: "-u" | "-g"): number {
  return Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
}

async function untilAnswers(url: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await run(url, "SELECT 1");
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(20);
    }
  }
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
