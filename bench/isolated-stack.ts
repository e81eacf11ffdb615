import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { freePorts } from "../test/support/ports.ts";
import { clearAtExit } from "./leftovers.ts";
import { inRepository } from "./processes.ts";

/** A folder and free ports for one stack that nobody else uses. */
export interface IsolatedStack {
  readonly folder: string;
  /** The whole environment that puts a stack there. */
  readonly env: Readonly<Record<string, string>>;
  readonly urls: Readonly<Record<"engine" | "gateway" | "hmi", string>>;
  /** Stops what `stack up` started there, and removes the folder. */
  remove(): void;
}

/** Makes a stack; it is removed at the end of this process at the latest. */
export async function makeIsolatedStack(settings: Record<string, string> = {}): Promise<IsolatedStack> {
  const folder = mkdtempSync(join(tmpdir(), "stack-bench-"));
  const [hmi = 0, gateway = 0, engine = 0] = await freePorts(3);
  const urls = {
    engine: `http://127.0.0.1:${engine}`,
    gateway: `http://127.0.0.1:${gateway}`,
    hmi: `http://127.0.0.1:${hmi}`,
  };
  const env = {
    // Node alone: an Ollama on the PATH would be started as the engine.
    PATH: dirname(process.execPath),
    HOME: folder,
    STACK_HMI_PORT: String(hmi),
    STACK_GATEWAY_PORT: String(gateway),
    STACK_ENGINE_URL: urls.engine,
    STACK_STATE_DIR: join(folder, "state"),
    // One or the other says where the conversations are.
    ...(settings["STACK_STORE_URL"] === undefined && { STACK_STORE_PATH: join(folder, "chat.db") }),
    ...settings,
  };
  const clear = (): void => {
    runNode(stackCommand("down"), { folder, env });
    rmSync(folder, { recursive: true, force: true });
  };
  const forget = clearAtExit(clear);
  return {
    folder,
    env,
    urls,
    remove() {
      forget();
      clear();
    },
  };
}

/** Of the supervisor that `stack up` started there. */
export function supervisorPid({ env }: IsolatedStack): number {
  return Number(readFileSync(join(env["STACK_STATE_DIR"] ?? "", "run", "supervisor.pid"), "utf8"));
}

/** The arguments that make Node run the command line. */
export function stackCommand(...args: string[]): string[] {
  return [inRepository("bin/stack.js"), ...args];
}

/** Runs Node to its end; returns the time from its start to its end, in milliseconds. Throws where it fails. */
export function timeNode(args: readonly string[], stack: Pick<IsolatedStack, "folder" | "env">): number {
  const start = performance.now();
  const { status, output } = runNode(args, stack);
  const took = performance.now() - start;
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}:\n${output}`);
  return took;
}

/** Runs Node to its end; returns its exit code and all that it printed. */
export function runNode(
  args: readonly string[],
  { folder, env }: Pick<IsolatedStack, "folder" | "env">,
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}
