import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { execa, type Options } from "execa";
import { expect, onTestFinished } from "vitest";
import { fallbackConfig } from "../../src/config/fallback-config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { type StackStatus, stackStatus } from "../../src/launch/stack-status.ts";
import { takeDown } from "../../src/launch/take-down.ts";
import { identify } from "../../src/os/process-identity.ts";
import { readEvents } from "../../src/supervisor/daemon/service-events.ts";
import { stateFolder } from "../../src/supervisor/state-folder.ts";
import type { ServiceEvent } from "../../src/supervisor/supervisor-protocol.ts";
import { freePorts, isFree } from "./ports.ts";

/** The file that `npx stack` runs. */
export const BIN = fileURLToPath(new URL("../../bin/stack.js", import.meta.url));

/** A PATH on which there is our Node, so that env(1) does not find the system's, and no Ollama. */
export const PATH = dirname(process.execPath);

/** The same with a program `ollama`. */
export const PATH_WITH_OLLAMA = [fileURLToPath(new URL("../../fixtures/bin", import.meta.url)), PATH].join(
  delimiter,
);

/** For `expect.poll`: what takes a moment on a quiet machine may take seconds on a loaded one. */
export const PATIENTLY = { timeout: 20_000 } as const;

/** How one run of the command line ended. */
export interface Run {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of the command line that goes on. */
export interface LiveRun {
  readonly pid: number;
  readonly ended: Promise<Run>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when its standard output holds this text; fails where it ends without. */
  said(text: string): Promise<void>;
}

/** A folder, ports and an environment for one stack of the real command line; nothing runs yet. */
export interface TestStack {
  readonly cwd: string;
  readonly stateDir: string;
  readonly database: string;
  readonly ports: { readonly hmi: number; readonly gateway: number; readonly engine: number };
  readonly env: Readonly<Record<string, string>>;
  readonly hmi: string;
  readonly gateway: string;
  readonly engine: string;
  run(...args: string[]): Promise<Run>;
  /** Runs lines that start nothing, as {@link runStackLines} does. */
  runLines(...lines: readonly (readonly string[])[]): Promise<Run[]>;
  /** Runs with `--json`, and parses what it printed. */
  json(...args: string[]): Promise<{ exitCode: number | undefined; json: unknown }>;
  /** The look behind `stack status`, from this process: a process of its own for each would be most of what a poll takes. */
  status(): Promise<StackStatus>;
  /** What `stack events` tells, oldest first. */
  events(): ServiceEvent[];
  /** Runs in the background; ended with the test. */
  start(...args: string[]): LiveRun;
  /** `stack up --detach`, which must succeed. */
  up(): Promise<Run>;
  /** The pid of each service by its pid file; undefined where there is none. */
  pids(): Record<"engine" | "gateway" | "hmi", number | undefined>;
  /** The same of one service, or copy. */
  pidOf(name: string): number | undefined;
}

/**
 * A stack for one test. When the test ends, `stack down` stops whatever is there, and the test fails
 * where a process, a record or a taken port is left.
 */
export async function testStack(env: Record<string, string> = {}, config?: string): Promise<TestStack> {
  const stack = await prepareStack(env, config);
  onTestFinished(() => clearStack(stack));
  return stack;
}

/** The three services, none of which is started again when it ends: for tests of what is left then. */
export const NEVER_RESTARTED = `
services:
  engine: { embedded: engine, restart: no }
  gateway: { embedded: gateway, restart: no, depends_on: [engine] }
  hmi: { embedded: hmi, restart: no, depends_on: [gateway] }
`;

/** The same for several tests: whoever prepares it must clear it. */
export async function prepareStack(env: Record<string, string> = {}, config?: string): Promise<TestStack> {
  const cwd = mkdtempSync(join(tmpdir(), "stack-test-"));
  if (config !== undefined) writeFileSync(join(cwd, "stack.config.yaml"), config);
  const [hmi = 0, gateway = 0, engine = 0] = await freePorts(3);
  const stateDir = join(cwd, ".stack");
  const url = (port: number): string => `http://127.0.0.1:${port}`;
  const all = {
    PATH,
    HOME: cwd,
    STACK_HMI_PORT: String(hmi),
    STACK_GATEWAY_PORT: String(gateway),
    STACK_ENGINE_URL: url(engine),
    STACK_STATE_DIR: stateDir,
    STACK_STORE_PATH: join(stateDir, "chat.db"),
    // A reply in a moment; the tests that need a long one say so.
    STACK_ENGINE_TOKEN_DELAY_MS: "0",
    ...env,
  };
  const run = (...args: string[]): Promise<Run> => runStack(args, { cwd, env: all });
  const pidOf = (name: string): number | undefined => {
    const file = join(stateDir, "run", `${name}.pid`);
    return existsSync(file) ? Number(readFileSync(file, "utf8")) : undefined;
  };
  return {
    cwd,
    stateDir,
    database: all.STACK_STORE_PATH,
    ports: { hmi, gateway, engine },
    env: all,
    hmi: url(hmi),
    gateway: url(gateway),
    engine: url(engine),
    run,
    runLines: (...lines) => runStackLines(lines, { cwd, env: all }),
    async json(...args) {
      const { exitCode, stdout } = await run(...args, "--json");
      return { exitCode, json: JSON.parse(stdout) };
    },
    status: async () => stackStatus(await loadConfig({ cwd, env: all, file: undefined }), all),
    events: () => readEvents(stateFolder(stateDir)),
    start: (...args) => startStack(args, { cwd, env: all }),
    async up() {
      const up = await run("up", "--detach");
      expect(up).toMatchObject({ exitCode: 0, stderr: "" });
      return up;
    },
    pids: () => ({ engine: pidOf("engine"), gateway: pidOf("gateway"), hmi: pidOf("hmi") }),
    pidOf,
  };
}

/** Stops what is there of a stack, proves that nothing is left, and removes its folder. */
export async function clearStack({ cwd, env, stateDir, ports }: TestStack): Promise<void> {
  const isThere = processesOf(stateDir).length > 0 || recordsIn(stateDir).length > 0;
  if (isThere) await stopAll(cwd, env);
  expect(processesOf(stateDir), "processes left").toEqual([]);
  expect(recordsIn(stateDir), "records left").toEqual([]);
  for (const port of Object.values(ports)) expect(await isFree(port), `port ${port} is free`).toBe(true);
  rmSync(cwd, { recursive: true });
}

/** What `stack down` does, also where the configuration has a mistake; a process of its own would double the time. */
async function stopAll(cwd: string, env: TestStack["env"]): Promise<void> {
  const options = { cwd, env, file: undefined };
  const config = await loadConfig(options).catch(() => fallbackConfig(options));
  await takeDown({ config, env, onStep: () => undefined });
}

type Place = { readonly cwd: string; readonly env: Readonly<Record<string, string>> };

const options = ({ cwd, env }: Place) => ({ cwd, env, extendEnv: false, reject: false }) satisfies Options;

/** Runs the command line in a folder, with exactly this environment. */
export async function runStack(args: readonly string[], place: Place): Promise<Run> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [BIN, ...args], options(place));
  return { exitCode, stdout, stderr };
}

/** The program that runs command lines one after the other. */
const LINES = fileURLToPath(new URL("./command-lines-process.ts", import.meta.url));

/** What `bin/stack.js` answers by a file of its own, and not by the one that all others share. */
const BY_FILES_OF_THEIR_OWN = [undefined, "status", "help", "--help", "-h", "--version", "-v"];

/**
 * Runs command lines that start nothing, one after the other in one process: to load the program for each would be most of
 * what they take. What they print is what they would print each in a process of its own.
 */
export async function runStackLines(lines: readonly (readonly string[])[], place: Place): Promise<Run[]> {
  const [first] = lines;
  if (first === undefined) return [];
  if (lines.length === 1 || BY_FILES_OF_THEIR_OWN.includes(first[0])) {
    return [await runStack(first, place), ...(await runStackLines(lines.slice(1), place))];
  }
  const child = await execa(process.execPath, [LINES, JSON.stringify(lines)], options(place));
  expect(child.stderr).toBe("");
  const runs: Run[] = JSON.parse(child.stdout);
  expect(runs.length).toBeGreaterThan(0);
  const told = runs.map((run) => ({
    ...run,
    stdout: withoutLastBreak(run.stdout),
    stderr: withoutLastBreak(run.stderr),
  }));
  // One that ended the process has left the others.
  return [...told, ...(await runStackLines(lines.slice(runs.length), place))];
}

/** As execa gives it. */
function withoutLastBreak(text: string): string {
  return text.replace(/\r?\n$/, "");
}

export function startStack(args: readonly string[], place: Place): LiveRun {
  const child = execa(process.execPath, [BIN, ...args], options(place));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await child;
  });
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => {
    output += bytes;
  });
  return {
    pid: child.pid ?? 0,
    ended: child.then(({ exitCode, stdout, stderr }) => ({ exitCode, stdout, stderr })),
    kill: (signal) => child.kill(signal),
    async said(text) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = (): void => {
        if (output.includes(text)) resolve();
      };
      child.stdout.on("data", look);
      child.stdout.once("end", () => reject(new Error(`It ended without saying "${text}":\n${output}`)));
      look();
      await promise;
    },
  };
}

/** The living processes that belong to a state folder, or to one service of it, by the mark in their environment; Linux only. */
export function processesOf(stateDir: string, service?: string): number[] {
  if (process.platform !== "linux") return [];
  const marks = [
    `STACK_STATE_DIR=${stateDir}`,
    ...(service === undefined ? [] : [`STACK_SERVICE=${service}`]),
  ];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => marks.every((mark) => environmentOf(pid).includes(mark)))
    .map(Number);
}

/** The same without the supervisor. */
export function servicesOf(stateDir: string): number[] {
  const supervisors = processesOf(stateDir, "supervisor");
  return processesOf(stateDir).filter((pid) => !supervisors.includes(pid));
}

/** Empty for a process that has ended, or is another user's. */
function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/** The pid files and records in a state folder. */
export function recordsIn(stateDir: string): string[] {
  const run = join(stateDir, "run");
  return existsSync(run) ? readdirSync(run) : [];
}

/** Whether a process with this pid is there; one that has ended and was not yet waited for is not. */
export function isAlive(pid: number | undefined): boolean {
  return pid !== undefined && identify(pid) !== undefined;
}

/** The rows of a stack's database, as they are on disk, oldest first. */
export function rowsIn(database: string): { role: string; content: string; status: string }[] {
  const db = new DatabaseSync(database, { readOnly: true });
  try {
    const rows = db.prepare("SELECT role, content, status FROM messages ORDER BY id").all();
    return rows.map(({ role, content, status }) => ({
      role: String(role),
      content: String(content),
      status: String(status),
    }));
  } finally {
    db.close();
  }
}
