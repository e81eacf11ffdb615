import { resolve } from "node:path";
import { messageOf, nodeErrorCode, withoutStop } from "../errors/thrown-error.ts";
import { fileKindOf, findOnPath, mayRun } from "../files/find-program.ts";
import { shellWord } from "../text/shell-word.ts";
import type { Command } from "./service-spec.ts";

/** Why a program could not be run, and what to do about it. */
export interface NotRunnable {
  /** The end of a sentence: `there is no program "uvicorn" on the PATH`. */
  readonly trouble: string;
  /** A sentence without its full stop; absent where only the OS knows. */
  readonly advice?: string;
}

/**
 * Finds out why the OS did not run a program. What it says is not enough: ENOENT is told of the program, of the
 * interpreter that its first line names, and of the folder; EACCES and ENOTDIR likewise.
 *
 * @param path the PATH that was searched; that of the command or of this process if absent
 */
export function whyNotRun(
  { file, cwd, env }: Command,
  error: unknown,
  path = env?.["PATH"] ?? process.env["PATH"],
): NotRunnable {
  const code = nodeErrorCode(error);
  const known = code === "ENOENT" || code === "EACCES" || code === "ENOTDIR";
  const why = known ? (inFolder(cwd) ?? inFile(file, cwd, path)) : undefined;
  if (why !== undefined) return why;
  return { trouble: withoutStop(messageOf(error)) };
}

function inFolder(cwd: string): NotRunnable | undefined {
  const kind = fileKindOf(cwd);
  if (kind === "none") {
    return { trouble: `its folder ${cwd} does not exist`, advice: "Create it, or set cwd to another folder" };
  }
  if (kind === "file") {
    return { trouble: `its folder ${cwd} is a file`, advice: "Set cwd to the folder that it is to run in" };
  }
  if (mayRun(cwd)) return undefined;
  return {
    trouble: `its folder ${cwd} may not be entered`,
    advice: `Permit it: \`chmod u+x ${shellWord(cwd)}\``,
  };
}

function inFile(file: string, cwd: string, searched: string | undefined): NotRunnable | undefined {
  const path = file.includes("/") ? resolve(cwd, file) : findOnPath(file, searched);
  if (path === undefined) {
    return {
      trouble: `there is no program "${file}" on the PATH`,
      advice: "Install it, or write its full path",
    };
  }
  switch (fileKindOf(path)) {
    case "none":
      return { trouble: `there is no program ${path}`, advice: "Install it, or correct the path" };
    case "folder":
      return { trouble: `${path} is a folder, and no program`, advice: "Write the path of a program in it" };
    case "file":
      if (!mayRun(path))
        return {
          trouble: `${path} is not executable`,
          advice: `Make it so: \`chmod +x ${shellWord(path)}\``,
        };
      return {
        trouble: `what ${path} needs to run is not there`,
        advice: "Correct the interpreter in its first line (#!), or install that",
      };
  }
}
