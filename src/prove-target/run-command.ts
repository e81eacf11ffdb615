import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";

export interface CommandOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Longest time, in milliseconds; infinite for none. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** How a command ended. */
export interface CommandEnd {
  readonly isGood: boolean;
  /** `exit code 1`, `signal SIGSEGV`, `not finished after 60 s`. */
  readonly how: string;
  /** The end of what it wrote, on both outputs. */
  readonly lastLines: string;
  readonly duration_ms: number;
}

/**
 * Runs a command line in the system's shell, as npm runs scripts, until it ends, its time is over, or the signal
 * is aborted. Throws a UserError where there is no shell.
 *
 * Not by execa, which waits until the outputs are closed: a server that the command leaves behind would hold it until
 * its time is over, and a fault would seem to be caught by that.
 */
export async function runCommand(
  command: string,
  { env, timeoutMs, signal }: CommandOptions,
): Promise<CommandEnd> {
  const start = performance.now();
  // A group of its own, so that what the shell has started can be ended with it.
  const child = spawn(command, { shell: true, detached: true, stdio: ["ignore", "pipe", "pipe"], env });
  const lastLines = keepLastLines(child);
  const late = new AbortController();
  const timer = Number.isFinite(timeoutMs) ? setTimeout(() => late.abort(), timeoutMs) : undefined;
  const end = AbortSignal.any([signal, late.signal]);
  const stop = (): void => stopGroup(child);
  if (end.aborted) stop();
  end.addEventListener("abort", stop, { once: true });
  try {
    const [code, killedBy] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    const how = late.signal.aborted
      ? `not finished after ${Math.round(timeoutMs / 1000)} s`
      : killedBy === null
        ? `exit code ${code}`
        : `signal ${killedBy}`;
    const isGood = code === 0 && !end.aborted;
    return { isGood, how, lastLines: lastLines(), duration_ms: Math.round(performance.now() - start) };
  } catch (error) {
    throw new UserError("start_failed", `The command cannot be run: ${messageOf(error)}.`, { cause: error });
  } finally {
    clearTimeout(timer);
    end.removeEventListener("abort", stop);
  }
}

/** Enough for the end of a test run's report. */
const KEPT_LINES = 20;
const KEPT_CHARACTERS = 4_000;

function keepLastLines({ stdout, stderr }: ChildProcess): () => string {
  let kept = "";
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      kept = (kept + text).slice(-KEPT_CHARACTERS);
    });
  }
  return () => kept.trim().split("\n").slice(-KEPT_LINES).join("\n");
}

/** A group that does not end by itself gets no longer than this, in milliseconds. */
const STOP_TIMEOUT_MS = 3_000;

function stopGroup(child: ChildProcess): void {
  signalGroup(child, "SIGTERM");
  const force = setTimeout(() => signalGroup(child, "SIGKILL"), STOP_TIMEOUT_MS);
  child.once("exit", () => {
    clearTimeout(force);
    // The shell is gone; what it started may have stayed.
    signalGroup(child, "SIGKILL");
  });
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}
