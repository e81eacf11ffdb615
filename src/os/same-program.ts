import { basename } from "node:path";
import { programOf } from "./duplicate-processes.ts";
import { parentOf } from "./linux-processes.ts";
import { describeProcess } from "./process-identity.ts";
import type { ProcessDetails } from "./process-table.ts";

/** A program as the OS starts it, without a shell, in its folder. */
export interface StartedProgram {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

/** Whether a process runs what a command would start, wherever program and interpreter lie. */
function runsCommand({ command, cwd }: ProcessDetails, wanted: StartedProgram): boolean {
  const program = programOf(command, cwd);
  if (program === undefined) return false;
  if (program === programOf([wanted.file, ...wanted.args], wanted.cwd)) return true;
  // A script that names its own interpreter: the kernel puts that before the script's path.
  const [interpreter = "", script = "", ...args] = command;
  if (!RUNS_SCRIPTS.test(basename(interpreter))) return false;
  return [basename(script), ...args].join(" ") === [basename(wanted.file), ...wanted.args].join(" ");
}

const RUNS_SCRIPTS = /^(?:python[\d.]*|node|nodejs|bun|deno|ruby|perl|(?:ba|da|z|k)?sh)$/;

/**
 * The process that a command has become: this one, or the one above it which was started with the command, as the
 * watcher above a server that it starts anew. Undefined where none of them runs it.
 */
export function runnerOf(pid: number, wanted: StartedProgram): ProcessDetails | undefined {
  const found = describeProcess(pid);
  if (found === undefined) return undefined;
  const parent = parentOf(pid);
  const above = parent === undefined || parent <= 1 ? undefined : runnerOf(parent, wanted);
  return above ?? (runsCommand(found, wanted) ? found : undefined);
}
