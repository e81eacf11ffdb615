import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Interfaces, run, settings } from "@oclif/core";
import { EXIT, messageOf } from "../errors.ts";
import { packageRoot } from "../package-root.ts";
import { tell } from "./errors.ts";

/** Runs one command line: finds the command, runs it, and turns whatever escapes it into a message and an exit code. */
export async function runCli(args: string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreLeavingReader);
  // oclif's own transpiler would load a stale build in its place when it fails.
  settings.enableAutoTranspile = false;
  try {
    await run(spelledOut(args), import.meta.url.endsWith(".ts") ? fromSource() : { root: packageRoot() });
  } catch (error) {
    // Commands catch their own errors: here is only what goes wrong before one is found.
    const hint = "Run `stack --help` for what there is.";
    // oclif joins the words of a command by colons.
    const message = messageOf(error).replace(/^command (\S+) not found$/, (_, id: string) => {
      return `There is no command \`stack ${id.replaceAll(":", " ")}\`.`;
    });
    const explanation = { code: "unknown_command", message, hint, exitCode: EXIT.unusable };
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

/** `stack help up` is what people type for `stack up --help`. */
function spelledOut(args: string[]): string[] {
  return args[0] === "help" ? [...args.slice(1), "--help"] : args;
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
