import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";

/** This much of a log's end is looked at, in bytes. */
const TAIL_BYTES = 8_192;

/** How the last word of a program begins that could not be read or started, in Python and Node. */
const TROUBLE =
  /^(?:[\w.]*(?:SyntaxError|IndentationError|TabError|ImportError|ModuleNotFoundError|NameError|AttributeError)\b.*|Error: Cannot find module .*|Error \[ERR_MODULE_NOT_FOUND\].*)$/;

/** What a traceback and a watcher write after it, which is no sign that the program was read since. */
const STILL_TROUBLE = /^(?:\s|$|Node\.js v|\}|WARNING:|INFO: {2,}Will watch| {2}at |Traceback)/;

/**
 * The error at the end of a service's log, where a server that watches its files waits for somebody to mend them:
 * it is there, and answers nobody. Undefined where the log goes on after it, or cannot be read.
 */
export function troubleAtEndOf(logFile: string): string | undefined {
  const lines = stripVTControlCharacters(tailOf(logFile)).trimEnd().split("\n");
  for (const line of lines.toReversed()) {
    if (TROUBLE.test(line.trim())) return line.trim().slice(0, 200);
    if (!STILL_TROUBLE.test(line)) return undefined;
  }
  return undefined;
}

function tailOf(path: string): string {
  try {
    const file = openSync(path, "r");
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
      readSync(file, bytes, 0, bytes.length, size - bytes.length);
      return bytes.toString("utf8");
    } finally {
      closeSync(file);
    }
  } catch {
    return "";
  }
}
