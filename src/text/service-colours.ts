import { visibleText } from "./escape-untrusted-text.ts";
import { StyledText } from "./styled-text.ts";
import { splitAtCodes } from "./terminal-codes.ts";

/** Of a line that changes its colours more often, the rest is shown as it is by then: each change costs time. */
const MOST_CHANGES = 500;

/** This much of what stands before decides whether a joiner joins; in UTF-16 units. */
const CONTEXT_CHARS = 16;

/** A part of how text looks. What hides text (concealed) or disturbs (blinking) has none. */
type Aspect =
  | "foreground"
  | "background"
  | "bold"
  | "dim"
  | "italic"
  | "underline"
  | "inverse"
  | "crossed_out";

/** The parameters that make each aspect what it is; what is usual is absent. */
type Looks = Readonly<Partial<Record<Aspect, readonly number[]>>>;

/** Parameters of the code for colours (ECMA-48 8.3.117, SGR), beside the colours themselves. */
const SETS: Readonly<Record<number, Aspect>> = {
  1: "bold",
  2: "dim",
  3: "italic",
  4: "underline",
  7: "inverse",
  9: "crossed_out",
};
const CLEARS: Readonly<Record<number, readonly Aspect[]>> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["crossed_out"],
  39: ["foreground"],
  49: ["background"],
};

/**
 * A line of a log with the colours that its service gave it, for a screen. Of a terminal's codes nothing else is left,
 * as by `withoutTerminalCodes`, and what remains is made visible. Each line begins without colours: what one does not
 * end is no matter of the next, which may be another service's.
 */
export function withServiceColours(line: string): StyledText {
  let looks: Looks = {};
  let changes = 0;
  let before = "";
  const pieces = splitAtCodes(line).map(({ colours, text }) => {
    if (colours !== undefined && changes < MOST_CHANGES) {
      looks = changed(looks, colours);
      changes += 1;
    }
    const piece = { text: visibleText(text, before), tone: toneOf(looks) };
    before = (before + text).slice(-CONTEXT_CHARS);
    return piece;
  });
  return new StyledText(pieces);
}

function toneOf(looks: Looks): "plain" | { readonly sgr: readonly number[] } {
  const { foreground, background, ...others } = looks;
  const isHidden = foreground !== undefined && onBackground(foreground).join() === background?.join();
  const shown = isHidden ? others : looks;
  const sgr = Object.values(shown).flat();
  return sgr.length === 0 ? "plain" : { sgr };
}

/** The same colour as one of the background: 31 as 41, 91 as 101, 38;5;1 as 48;5;1. */
function onBackground([code = 0, ...rest]: readonly number[]): readonly number[] {
  return [code + 10, ...rest];
}

/** What becomes of the looks by the parameters of one code. */
function changed(before: Looks, parameters: string): Looks {
  return parameterGroups(parameters).reduce(withParameter, before);
}

/** `1;38;5;196` -> `[1]` and `[38, 5, 196]`; the parts of a colour may stand behind colons as well. */
function parameterGroups(parameters: string): number[][] {
  const groups: number[][] = [];
  const words = parameters.split(";");
  for (let at = 0; at < words.length; at += 1) {
    const group = (words[at] ?? "").split(":").map(Number);
    if (group.length === 1 && [38, 48, 58].includes(group[0] ?? 0)) {
      const next = words.slice(at + 1, at + 5).map(Number);
      const parts = next.slice(0, PARTS_OF_COLOUR[next[0] ?? 0]);
      group.push(...parts);
      at += parts.length;
    }
    groups.push(group);
  }
  return groups;
}

/** How many numbers a colour is, with that of its kind: of the 256 of a table, or red, green and blue. */
const PARTS_OF_COLOUR: Readonly<Record<number, number>> = { 5: 2, 2: 4 };

function withParameter(looks: Looks, [code = 0, ...parts]: readonly number[]): Looks {
  if (code === 0) return {};
  if (code === 38) return withColour(looks, "foreground", code, parts);
  if (code === 48) return withColour(looks, "background", code, parts);
  if (code === 4 && parts[0] === 0) return without(looks, ["underline"]);
  const aspect = SETS[code];
  if (aspect !== undefined) return { ...looks, [aspect]: [code] };
  if (isBetween(code, 30, 37) || isBetween(code, 90, 97)) return { ...looks, foreground: [code] };
  if (isBetween(code, 40, 47) || isBetween(code, 100, 107)) return { ...looks, background: [code] };
  return without(looks, CLEARS[code] ?? []);
}

/** What is no colour changes nothing. */
function withColour(looks: Looks, aspect: Aspect, code: number, parts: readonly number[]): Looks {
  const [kind = 0, ...rest] = parts;
  // With colons, red, green and blue may stand behind the number of a colour space.
  const values = kind === 2 && rest.length > 3 ? rest.slice(1, 4) : rest;
  const isColour = values.length + 1 === PARTS_OF_COLOUR[kind] && values.every((value) => value <= 255);
  return isColour ? { ...looks, [aspect]: [code, kind, ...values] } : looks;
}

function isBetween(code: number, from: number, to: number): boolean {
  return code >= from && code <= to;
}

function without(looks: Looks, aspects: readonly Aspect[]): Looks {
  return Object.fromEntries(Object.entries(looks).filter(([name]) => !aspects.some((each) => each === name)));
}
