import { resolve } from "node:path";
import type { ServiceCommand } from "../service-config.ts";
import { readEnvFile } from "./read-env-file.ts";
import type { ReportProblem } from "./report-problem.ts";
import type { ServiceInput } from "./service-schema.ts";
import { splitWords } from "./split-words.ts";

/** Where a service's commands run. */
export type CommandPlace = Pick<ServiceCommand, "cwd" | "env">;

/** A program from its command line or its words; undefined where that is told to be wrong. */
export function readCommand(
  given: string | readonly string[],
  { cwd, env }: CommandPlace,
  path: readonly string[],
  tell: ReportProblem,
): ServiceCommand | undefined {
  const read = typeof given === "string" ? splitWords(given) : { words: given };
  if ("problem" in read) {
    tell(path, read.problem);
    return undefined;
  }
  const [file = "", ...args] = read.words;
  if (file === "") tell(path, "names no program");
  // A path is meant from the service's folder, a bare name from the PATH.
  return { file: file.includes("/") ? resolve(cwd, file) : file, args, cwd, env };
}

/** The variables of a service: its files in their order, then its own. */
export function readVariables(
  { env = {}, env_files = [] }: ServiceInput,
  folder: string,
  tell: ReportProblem,
): Record<string, string> {
  const variables: Record<string, string> = {};
  const isList = typeof env_files !== "string";
  for (const [index, file] of (isList ? env_files : [env_files]).entries()) {
    const read = readEnvFile(resolve(folder, file));
    if ("variables" in read) Object.assign(variables, read.variables);
    else tell(["env_files", ...(isList ? [index] : [])], read.problem);
  }
  for (const [name, value] of Object.entries(env)) variables[name] = String(value);
  return variables;
}
