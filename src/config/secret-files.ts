import { readFileSync } from "node:fs";
import { isSecret } from "./secret-settings.ts";
import { whyUnreadable } from "./unreadable-file.ts";

/**
 * The variable that names a file with a secret in place of the secret itself, as the images of databases have it:
 * `STACK_AUTH_TOKEN_FILE`. What Docker, Kubernetes and systemd keep secrets in are files, and an environment is shown by many.
 *
 * @param variable the variable of the setting itself
 * @returns undefined for a setting that is no secret
 */
export function secretFileVariable(variable: string, path: readonly PropertyKey[]): string | undefined {
  return isSecret("", path) ? `${variable}_FILE` : undefined;
}

/** What a setting's variables give it: a text, or why there is none, as a sentence without its end. */
export type GivenText = { readonly name: string; readonly text: string; readonly problem?: string };

/**
 * What is given for a setting by its variable or, of a secret, by the file that the other one names, without the line
 * break at its end; undefined where neither is set. Both are a problem: nobody knows which was meant.
 */
export function givenText(
  env: NodeJS.ProcessEnv,
  variable: string,
  path: readonly PropertyKey[],
): GivenText | undefined {
  const text = env[variable];
  const fileVariable = secretFileVariable(variable, path) ?? "";
  const file = env[fileVariable];
  if (!file) return text ? { name: variable, text } : undefined;
  if (text) return { name: fileVariable, text, problem: `${variable} is set too: unset one of the two` };
  try {
    return { name: fileVariable, text: readFileSync(file, "utf8").replace(/\r?\n$/, "") };
  } catch (error) {
    return { name: fileVariable, text: "", problem: whyUnreadable(file, error) };
  }
}
