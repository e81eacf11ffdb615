import { cut } from "./html-markup.ts";
import { counted } from "./shown-units.ts";

/** A value as JSON for a person: what is short on one line, what is long cut where it says so. */
export interface Outline {
  readonly text: string;
  /** How many values (strings, numbers, ...) of it are not there. */
  readonly leftOut: number;
}

const MOST_CHARACTERS = 40_000;
const MOST_ITEMS = 100;
const LONGEST_STRING = 400;
const DEEPEST = 16;
const LINE = 110;
const INDENT = "  ";

export function outline(value: unknown): Outline {
  let text = "";
  let leftOut = countValues(value);
  for (const { line, values } of linesOf(value, { name: "", indent: "", end: "" })) {
    if (text.length + line.length > MOST_CHARACTERS) break;
    text += `${line}\n`;
    leftOut -= values;
  }
  return { text, leftOut };
}

/** A value on one line of at most about this many characters. */
export function oneLine(value: unknown, most: number): string {
  const whole = inline(value, most);
  if (whole !== undefined) return whole;
  if (typeof value !== "object" || value === null) return cut(JSON.stringify(value) ?? "null", most);
  const [open, close] = bracketsOf(value);
  return `${open}… ${counted(countValues(value), "value")}${close}`;
}

interface Line {
  readonly line: string;
  /** The values that stand on it. */
  readonly values: number;
}

interface Surroundings {
  /** `"name": ` inside an object. */
  readonly name: string;
  readonly indent: string;
  readonly end: "," | "";
}

/** A generator, so that nothing is made of what is not shown: evidence may be any size. */
function* linesOf(value: unknown, { name, indent, end }: Surroundings): Generator<Line> {
  const start = `${indent}${name}`;
  const short = inline(value, LINE - start.length);
  if (short !== undefined || typeof value !== "object" || value === null) {
    const text = short ?? cut(JSON.stringify(value) ?? "null", LONGEST_STRING);
    yield { line: `${start}${text}${end}`, values: countValues(value) };
    return;
  }
  const [open, close] = bracketsOf(value);
  const inner = `${indent}${INDENT}`;
  const items = Object.entries(value);
  const shown = inner.length > DEEPEST * INDENT.length ? [] : items.slice(0, MOST_ITEMS);
  yield { line: `${start}${open}`, values: 0 };
  for (const [index, [key, item]] of shown.entries()) {
    const itemName = Array.isArray(value) ? "" : `${cut(JSON.stringify(key), LONGEST_STRING)}: `;
    yield* linesOf(item, { name: itemName, indent: inner, end: index < items.length - 1 ? "," : "" });
  }
  if (shown.length < items.length) yield { line: `${inner}… ${items.length - shown.length} more`, values: 0 };
  yield { line: `${indent}${close}${end}`, values: 0 };
}

/** The value on one line, where it takes no more than this many characters. */
function inline(value: unknown, room: number): string | undefined {
  if (typeof value === "string" && value.length > room) return undefined;
  if (typeof value !== "object" || value === null) return within(JSON.stringify(value) ?? "null", room);
  const entries = Object.entries(value);
  if (entries.length * 2 > room) return undefined;
  const [open, close] = bracketsOf(value);
  const parts: string[] = [];
  let left = room - 4;
  for (const [key, item] of entries) {
    const name = Array.isArray(value) ? "" : `${JSON.stringify(key)}: `;
    const part = inline(item, left - name.length);
    if (part === undefined) return undefined;
    parts.push(`${name}${part}`);
    left -= name.length + part.length + 2;
  }
  const padding = open === "{" && parts.length > 0 ? " " : "";
  return within(`${open}${padding}${parts.join(", ")}${padding}${close}`, room);
}

function within(text: string, room: number): string | undefined {
  return text.length <= room ? text : undefined;
}

function bracketsOf(value: object): readonly [open: string, close: string] {
  return Array.isArray(value) ? ["[", "]"] : ["{", "}"];
}

/** Not by recursion: what a target says may be nested deeper than any stack. */
function countValues(value: unknown): number {
  const waiting: unknown[] = [value];
  let count = 0;
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null) count += 1;
    else for (const item of Object.values(next)) waiting.push(item);
  }
  return count;
}
