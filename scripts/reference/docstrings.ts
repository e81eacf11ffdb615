import { readFileSync } from "node:fs";

/** The docstrings of one source file, by what they stand over: `ConfigSchema.hmi.port`. */
export interface Docstrings {
  /** The text over that constant or property. Throws where there is none. */
  of(path: string): string;
}

/**
 * Reads the docstrings over exported constants and over the properties of their literals. It goes by the
 * formatter's indentation, two spaces a level, and takes a docstring only for the line right under it.
 */
export function docstringsOf(file: URL): Docstrings {
  const found = readDocstrings(readFileSync(file, "utf8"));
  return {
    of(path) {
      const text = found.get(path);
      if (text === undefined) throw new Error(`${file.pathname}: ${path} has no docstring right above it.`);
      return text;
    },
  };
}

const DOCSTRING_OR_LINE = /^ *\/\*\*(?<text>.*?)\*\/\n|^(?<line>[^\n]*)\n/gms;
const CONSTANT = /^export const (?<name>\w+)/;
const PROPERTY = /^(?<indent>(?: {2})+)(?<name>\w+)(?:: |,)/;

function readDocstrings(source: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  let path: string[] = [];
  let text: string | undefined;
  for (const { groups } of source.matchAll(DOCSTRING_OR_LINE)) {
    if (groups?.["text"] !== undefined) {
      text = groups["text"].replace(/\n *\* ?/g, " ").trim();
      continue;
    }
    path = pathOf(groups?.["line"] ?? "", path);
    if (text !== undefined && path.length > 0) texts.set(path.join("."), text);
    text = undefined;
  }
  return texts;
}

/** What a line declares, under what was declared before it; empty outside of exported constants. */
function pathOf(line: string, before: readonly string[]): string[] {
  const constant = CONSTANT.exec(line)?.groups?.["name"];
  if (constant !== undefined) return [constant];
  const { indent = "", name = "" } = PROPERTY.exec(line)?.groups ?? {};
  const level = indent.length / 2;
  if (name !== "" && before.length >= level) return [...before.slice(0, level), name];
  return /^[^\s)}\]]/.test(line) ? [] : [...before];
}
