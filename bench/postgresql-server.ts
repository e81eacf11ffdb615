import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { freePorts } from "../test/support/ports.ts";
import { postgresAccount, postgresqlPrograms, queryOnce } from "../test/support/postgresql-programs.ts";
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
  const programs = postgresqlPrograms();
  if (programs === undefined) throw new Error("There is no PostgreSQL in /usr/lib/postgresql.");
  const folder = mkdtempSync(join(tmpdir(), "stack-bench-postgresql-"));
  const [port = 0] = await freePorts(1);
  const user = userInfo().uid === 0 ? await postgresAccount() : undefined;
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const options = { ...user, cwd: folder, stdio: "ignore" } as const;
  execFileSync(`${programs}initdb`, ["-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8"], options);
  const settings = ["-p", String(port), "-h", "127.0.0.1", "-k", folder];
  const server = spawn(`${programs}postgres`, ["-D", data, ...settings], options);
  const clear = (): void => {
    server.kill("SIGQUIT");
    rmSync(folder, { recursive: true, force: true });
  };
  const forget = clearAtExit(clear);
  const urlOf = (name: string): string => `postgresql://bench@127.0.0.1:${port}/${name}`;
  await untilAnswers(urlOf("postgres"));
  return {
    async createDatabase(name) {
      await queryOnce(urlOf("postgres"), `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
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

async function untilAnswers(url: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await queryOnce(url, "SELECT 1");
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(20);
    }
  }
}
