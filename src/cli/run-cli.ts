import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { Config, type Interfaces, run, settings } from "@oclif/core";
import { didYouMean } from "../config/closest-name.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { packageRoot } from "../files/package-root.ts";
import { builtPlugin } from "./built-plugin.ts";
import { type Explanation, tell } from "./explain-error.ts";
import { handleUncaughtErrors } from "./uncaught-errors.ts";

/** Runs one command line: finds the command, runs it, and turns whatever escapes it into a message and an exit code. */
export async function runCli(args: string[]): Promise<void> {
  handleUncaughtErrors(args.includes("--json"));
  // oclif's own transpiler would load a stale build in its place when it fails.
  settings.enableAutoTranspile = false;
  nameShell();
  const source = import.meta.url.endsWith(".ts") ? fromSource() : asBuilt();
  try {
    await run(spelledOut(args), source);
  } catch (error) {
    // Commands catch their own errors: here is only what goes wrong before one is found.
    // oclif joins the words of a command by colons.
    const typed = /^command (\S+) not found\.?$/i.exec(messageOf(error))?.[1]?.replaceAll(":", " ");
    const explanation = typed?.startsWith("-")
      ? strayFlag(typed)
      : await unknownCommand(typed, messageOf(error), source);
    tell({ ...explanation, exitCode: EXIT.unusable }, args.includes("--json"));
  }
}

/** Flags that there are without a command. */
const OWN_FLAGS = ["--help", "--version"];

function strayFlag(flag: string): Omit<Explanation, "exitCode"> {
  const meant = didYouMean(flag, OWN_FLAGS);
  return {
    code: "bad_flag",
    message: `${flag} stands where a command is expected.`,
    hint: `${meant ?? `Flags go after the command: \`stack COMMAND ${flag}\`.`} Run \`stack --help\` for what there is.`,
  };
}

/** @param typed undefined where something else went wrong, as `found` says */
async function unknownCommand(
  typed: string | undefined,
  found: string,
  source: Interfaces.LoadOptions,
): Promise<Omit<Explanation, "exitCode">> {
  const asked = typed === undefined ? undefined : await askForCommand(typed, source);
  return {
    code: "unknown_command",
    message: typed === undefined ? found : `There is no command \`stack ${typed}\`.`,
    hint: `${asked ?? ""} Run \`stack --help\` for what there is.`.trimStart(),
  };
}

/** oclif asks for the shell of the user, and fails where the user has no name, as in a container (`docker run --user`). */
function nameShell(): void {
  try {
    userInfo();
  } catch {
    process.env["SHELL"] ??= "/bin/sh";
  }
}

/** `stack help up` is what people type for `stack up --help`. */
function spelledOut(args: string[]): string[] {
  return args[0] === "help" ? [...args.slice(1), "--help"] : args;
}

/** Asks for the command that was probably meant, maybe with an argument after it. */
async function askForCommand(typed: string, source: Interfaces.LoadOptions): Promise<string | undefined> {
  const { commands } = await Config.load(source);
  const names = commands.filter(({ hidden }) => hidden !== true).map(({ id }) => id.replaceAll(":", " "));
  const show = (name: string): string => `\`stack ${name}\``;
  return didYouMean(typed, names, show) ?? didYouMean(typed.split(" ")[0] ?? "", names, show);
}

function asBuilt(): Interfaces.LoadOptions {
  const plugin = builtPlugin(packageRoot());
  return { root: plugin.root, plugins: new Map([[plugin.name, plugin]]) };
}

/** For work on `stack` itself (`npm run dev`): the commands as they are in `src/`, not as they were built. */
function fromSource(): Interfaces.LoadOptions {
  const root = packageRoot();
  const pjson: Interfaces.PJSON = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return {
    root,
    pjson: { ...pjson, oclif: { ...pjson.oclif, commands: "./src/commands", helpClass: "./src/cli/help" } },
    ignoreManifest: true,
  };
}
