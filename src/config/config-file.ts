import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../errors/user-error.ts";
import { SAFE_DIRECTORIES_VARIABLE, whyUntrusted } from "../files/file-owners.ts";
import { shellWord } from "../text/shell-word.ts";

/** File names that are looked for, in this order. */
export const CONFIG_FILES: readonly string[] = ["yaml", "yml", "json", "ts", "mts", "js", "mjs"].map(
  (ending) => `stack.config.${ending}`,
);

/** Which file a configuration is read from. */
export interface ConfigFileOptions {
  /** Where the search for a file begins; it goes on upwards. */
  cwd: string;
  /** A file that is used instead of a search; empty for none at all. */
  file?: string | undefined;
}

/** The file that a configuration is read from, whether or not it may be trusted; undefined where there is none. */
export function findConfigFile({ cwd, file }: ConfigFileOptions): string | undefined {
  if (file === undefined) return searchUpwards(cwd);
  return file === "" ? undefined : resolve(cwd, file);
}

function searchUpwards(cwd: string): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = CONFIG_FILES.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined || folder === dirname(folder)) return found;
  }
}

/** Throws a UserError `config_untrusted` where others may have written a file that was found, and not named. */
export function requireTrustedFile(file: string, env: NodeJS.ProcessEnv): void {
  const problem = whyUntrusted(file, env);
  if (problem === undefined) return;
  const folder = dirname(file);
  throw new UserError("config_untrusted", `The configuration ${file} is not read: ${problem.found}.`, {
    hint:
      `${problem.advice}\n` +
      `If you trust it all the same, name it (--config ${shellWord(file)}) ` +
      `or allow its folder (${SAFE_DIRECTORIES_VARIABLE}=${shellWord(folder)}).`,
  });
}
