import { run, settings } from "@oclif/core";
import { EXIT, messageOf } from "../errors.ts";
import { packageRoot } from "../package-root.ts";
import { tell } from "./errors.ts";

/** Runs one command line: finds the command, runs it, and turns whatever escapes it into a message and an exit code. */
export async function runCli(args: string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreLeavingReader);
  // oclif's own transpiler would load a stale build in its place when it fails.
  settings.enableAutoTranspile = false;
  try {
    await run(args, { root: packageRoot() });
  } catch (error) {
    // Commands catch their own errors: here is only what goes wrong before one is found.
    const hint = "Run `stack --help` for what there is.";
    const explanation = { code: "unknown_command", message: messageOf(error), hint, exitCode: EXIT.unusable };
    tell(explanation, args.includes("--json"));
  }
}

/**
 * A reader that leaves early (`stack verify | head -1`) is not an error. Nor is it an end: what was begun
 * is still finished, and what was made for it undone.
 */
function ignoreLeavingReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
