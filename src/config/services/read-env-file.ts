import { readFileSync } from "node:fs";
import { SAFE_DIRECTORIES_VARIABLE, whyUntrusted } from "../../files/file-owners.ts";
import { whyUnreadable } from "../unreadable-file.ts";

/** The variables of a file, or what is wrong with it. */
export type EnvFile = { readonly variables: Record<string, string> } | { readonly problem: string };

/**
 * Reads a file of `NAME=value` lines, with quotes, escapes, comments and `export`, as python-dotenv and compose do.
 * `${NAME}` stays as it is. A byte order mark is passed over, as compose does. Where python-dotenv
 * skips a line that it does not understand, this says so. A file that others may have written is not read: it would
 * choose what a service loads (`LD_PRELOAD`).
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
    return { problem: whyUnreadable(path, error) };
  }
  return parseEnvFile(text.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n"), path);
}

/** Nothing, a comment, or an entry; a value in quotes may go on over several lines, and hold its quote after a backslash. */
const LINE =
  /[ \t]*(?:(?:export[ \t]+)?(?<name>[^\s=#'"]+)[ \t]*=(?:[ \t]*"(?<double>(?:\\"|[^"])*)"|[ \t]*'(?<single>(?:\\'|[^'])*)'|(?![ \t]*["'])(?<bare>[^\n]*)))?(?:[ \t]*#[^\n]*|[ \t]*)(?:\n|$)/y;

function parseEnvFile(text: string, path: string): EnvFile {
  const entries: [name: string, value: string][] = [];
  for (LINE.lastIndex = 0; LINE.lastIndex < text.length; ) {
    const start = LINE.lastIndex;
    const found = LINE.exec(text);
    // The line itself is not shown: such files hold secrets.
    if (found === null)
      return { problem: `line ${text.slice(0, start).split("\n").length} of ${path} is not NAME=value` };
    const { name, double, single, bare = "" } = found.groups ?? {};
    if (name !== undefined)
      entries.push([name, unescapeDouble(double) ?? unescapeSingle(single) ?? withoutComment(bare)]);
  }
  return { variables: Object.fromEntries(entries) };
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** In double quotes, a backslash before any other letter is one. */
function unescapeDouble(text: string | undefined): string | undefined {
  return text?.replaceAll(/\\([\\'"abfnrtv])/g, (_, char: string) => ESCAPES[char] ?? char);
}

function unescapeSingle(text: string | undefined): string | undefined {
  return text?.replaceAll(/\\([\\'])/g, "$1");
}

function withoutComment(text: string): string {
  return text.replace(/\s+#.*/, "").trim();
}
