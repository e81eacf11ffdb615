import { join } from "node:path";
import { execa } from "execa";
import { packageRoot } from "../files/package-root.ts";

/** How a command of ours ended that was run with `--json`. */
export interface CommandAnswer {
  /** See `EXIT`; undefined where it was killed. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  /** For people: progress, and why it could not run. */
  readonly stderr: string;
}

/** How a command is run. */
export interface CommandProcessOptions {
  readonly cwd: string;
  /** Asks the command to end, as Ctrl-C does: what it has made is undone. */
  readonly signal: AbortSignal;
}

/** What a command may need to undo what it has made, once it was asked to end, in milliseconds. */
const END_WITHIN_MS = 20_000;

/** An answer that is larger than this is none that an agent could read, in characters. */
const LARGEST_ANSWER = 8_000_000;

/** Runs a command line of ours with `--json`, as a process of its own: one that fails takes nothing else down. */
export async function runJsonCommand(
  args: readonly string[],
  { cwd, signal }: CommandProcessOptions,
): Promise<CommandAnswer> {
  // The command's own words may end in `-- VALUE`, behind which nothing is a flag.
  const [command = "", ...words] = args;
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [join(packageRoot(), "bin", "stack.js"), command, "--json", ...words],
    {
      cwd,
      reject: false,
      stdin: "ignore",
      cancelSignal: signal,
      forceKillAfterDelay: END_WITHIN_MS,
      maxBuffer: LARGEST_ANSWER,
      env: { NO_COLOR: "1" },
    },
  );
  return { exitCode, stdout, stderr };
}
