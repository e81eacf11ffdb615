import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { SAFE_DIRECTORIES_VARIABLE, whyUntrusted } from "../../file-owners.ts";
import { unreadable } from "../unreadable.ts";

/** The variables of a file, or what is wrong with it. */
export type EnvFile = { readonly variables: Record<string, string> } | { readonly problem: string };

/**
 * Reads a file of `NAME=value` lines, with quotes, comments and `export`, as Node's `--env-file` does. One that others
 * may have written is not read: it would choose what a service loads (`LD_PRELOAD`).
 */
export function readEnvFile(path: string): EnvFile {
  const untrusted = whyUntrusted(path);
  if (untrusted !== undefined)
    return {
      problem: `${path} is not read: ${untrusted.found}. ${untrusted.advice} ${SAFE_DIRECTORIES_VARIABLE} allows its folder`,
    };
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return { problem: unreadable(path, error) };
  }
  const line = findMalformedLine(text);
  // The line itself is not shown: such files hold secrets.
  if (line !== undefined) return { problem: `line ${line} of ${path} is not NAME=value` };
  return { variables: parseEnv(text) as Record<string, string> };
}

/** A value in quotes may go on over several lines. */
const ENTRY =
  /[ \t]*(?:#[^\n]*|(?:export[ \t]+)?[\w.-]+[ \t]*=[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`|[^\s"'`#][^\n]*|)[ \t]*(?:#[^\n]*)?|)\r?(?:\n|$)/y;

/** Node's parser skips what it does not understand, where a mistake should be told. */
function findMalformedLine(text: string): number | undefined {
  ENTRY.lastIndex = 0;
  while (ENTRY.lastIndex < text.length) {
    const start = ENTRY.lastIndex;
    if (!ENTRY.test(text)) return text.slice(0, start).split("\n").length;
  }
  return undefined;
}
