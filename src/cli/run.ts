import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Interfaces, run, settings } from "@oclif/core";
import { EXIT, messageOf } from "../errors.ts";
import { packageRoot } from "../package-root.ts";

/** Runs one command line: finds the command, runs it, and turns whatever escapes it into a message and an exit code. */
export async function runCli(args: string[]): Promise<void> {
  // A reader that leaves early (`stack status | head -1`) is not an error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.ok);
    throw error;
  });
  // oclif's own transpiler would load a stale build in its place when it fails.
  settings.enableAutoTranspile = false;
  try {
    await run(args, import.meta.url.endsWith(".ts") ? fromSource() : { root: packageRoot() });
  } catch (error) {
    // Commands catch their own errors: here is only what goes wrong before one is found.
    process.stderr.write(`${messageOf(error)}\nRun \`stack --help\` for what there is.\n`);
    process.exitCode = EXIT.unusable;
  }
}

/** For work on `stack` itself (`npm run dev`): the commands as they are in `src/`, not as they were built. */
function fromSource(): Interfaces.LoadOptions {
  const root = packageRoot();
  const pjson: Interfaces.PJSON = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return {
    root,
    pjson: { ...pjson, oclif: { ...pjson.oclif, commands: "./src/commands" } },
    ignoreManifest: true,
  };
}
