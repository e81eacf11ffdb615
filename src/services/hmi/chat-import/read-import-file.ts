import { WireError } from "../../../contract/wire-error.ts";
import type { FileContents, ImportFormat } from "./import-format.ts";
import { IMPORT_FORMATS } from "./import-formats.ts";

/** A file whose kind is known. */
export interface ImportFile {
  readonly format: ImportFormat;
  readonly contents: FileContents;
}

/** This much of a file is shown to say what it is, in characters. */
const SHOWN_CHARS = 60;

/**
 * Finds out what kind of file it is by what is in it: JSON, or a JSON value a line. Throws `bad_request` with what was
 * expected and what was found.
 */
export function readImportFile(text: string): ImportFile {
  const file = parse(text);
  const format = IMPORT_FORMATS.find((each) => each.recognises(file));
  if (format === undefined) throw unknownFile(described(file));
  return { format, contents: format.open(file) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const lines = parseLines(text);
    if (lines !== undefined) return lines;
    const beginning = JSON.stringify(text.trimStart().slice(0, SHOWN_CHARS));
    throw unknownFile(`no JSON (${(error as SyntaxError).message}); it begins with ${beginning}`);
  }
}

/** As Open WebUI's own call gives out its chats: undefined where it is no JSON value a line. */
function parseLines(text: string): unknown[] | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length < 2) return undefined;
  try {
    return lines.map((line): unknown => JSON.parse(line));
  } catch {
    return undefined;
  }
}

function described(file: unknown): string {
  if (Array.isArray(file)) return `a list of ${file.length} whose first is ${kindOf(file[0])}`;
  return kindOf(file);
}

function kindOf(value: unknown): string {
  if (value === null || typeof value !== "object")
    return JSON.stringify(value)?.slice(0, SHOWN_CHARS) ?? "nothing";
  if (Array.isArray(value)) return "a list";
  const keys = Object.keys(value).slice(0, 6).join(", ").slice(0, SHOWN_CHARS);
  return keys === "" ? "an empty object" : `an object with ${keys}`;
}

function unknownFile(found: string): WireError {
  const expected = IMPORT_FORMATS.map(({ title }) => title).join("; or ");
  return new WireError(
    "bad_request",
    `This file cannot be imported: it is ${found}.`,
    `Expected is ${expected}.`,
  );
}
