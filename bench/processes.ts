import { type ChildProcess, execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { NODE_FLAGS } from "../src/launch/service-specs.ts";
import { clearAtExit } from "./leftovers.ts";

/** A server in a process of its own. */
export interface Server {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 15_000;
const POLL_MS = 2;

/** The path of a file of this checkout. */
export function inRepository(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** Starts one of our services as `stack up` does; resolves when `path` answers 200. */
export async function startService(
  name: "engine" | "gateway" | "hmi",
  { url, path, env }: { url: string; path: string; env: NodeJS.ProcessEnv },
): Promise<Server> {
  const child = spawn(process.execPath, [...NODE_FLAGS, inRepository("dist/service-process.js"), name], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const server = owned(child, url);
  await untilAnswers(url + path, () => {
    if (child.exitCode !== null) throw new Error(`The ${name} ended with ${child.exitCode}.`);
  });
  return server;
}

/** Resident memory of a process, in KiB. */
export function residentKiB(pid: number): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }));
}

/** Resolves when `GET url` answers 200; `check` may throw meanwhile. */
export async function untilAnswers(url: string, check: () => void = () => undefined): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await answers(url))) {
    check();
    if (performance.now() > deadline) throw new Error(`${url} did not answer.`);
    await delay(POLL_MS);
  }
}

/** Starts a program of `bench/peers` that serves, and tells its port when it does. */
export async function startPeer(name: string, ...args: string[]): Promise<Server> {
  const child = forkPeer(name, args);
  const [{ port }] = (await firstMessage(child, name)) as [{ port: number }];
  return owned(child, `http://127.0.0.1:${port}`);
}

/** Starts a program of `bench/peers` that answers each message with one. */
export function startWorker<Question extends object, Answer>(
  name: string,
): { ask(question: Question): Promise<Answer>; stop(): Promise<void> } {
  const child = forkPeer(name, []);
  const { stop } = owned(child, "");
  return {
    stop,
    async ask(question) {
      child.send(question);
      const [answer] = await firstMessage(child, name);
      return answer as Answer;
    },
  };
}

function forkPeer(name: string, args: readonly string[]): ChildProcess {
  return fork(inRepository(`bench/peers/${name}.ts`), args);
}

async function firstMessage(child: ChildProcess, name: string): Promise<unknown[]> {
  const settled = new AbortController();
  const { signal } = settled;
  const ended = once(child, "exit", { signal }).then(([code]) => {
    throw new Error(`${name} ended with ${code}.`);
  });
  try {
    return await Promise.race([once(child, "message", { signal }), ended]);
  } finally {
    settled.abort();
  }
}

/** Ends with this process at the latest. */
function owned(child: ChildProcess, url: string): Server {
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  const forget = clearAtExit(kill);
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      forget();
      if (child.exitCode !== null || child.signalCode !== null) return;
      kill();
      await once(child, "exit");
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  get(url, { agent: false }, (response) => {
    response.resume();
    resolve(response.statusCode === 200);
  }).on("error", () => resolve(false));
  return await promise;
}
