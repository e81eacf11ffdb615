import { diffArrays } from "diff";

/** A part of two texts: of both, or of one alone. */
export interface TextChange {
  readonly kind: "common" | "removed" | "added";
  readonly text: string;
}

/** How many characters may be changed, and this many pairs of them compared, before two texts count as different. */
const MOST_CHANGES = 300;
const MOST_COMPARISONS = 500_000;

/** How many pairs of characters may still be compared; what is compared is taken from it. */
export interface SearchWork {
  left: number;
}

/**
 * Where two texts differ, character by character. What they begin and end with alike is found in one pass; the search
 * between is given up where it takes too long, so that what differs is one change: the whole between.
 */
export function changesBetween(
  before: string,
  after: string,
  work: SearchWork = { left: MOST_COMPARISONS },
): TextChange[] {
  const start = wholeCharacters(before, commonStart(before, after));
  const end = commonEnd(before.slice(start), after.slice(start));
  const middle = (text: string): string => text.slice(start, text.length - end);
  return [
    { kind: "common", text: before.slice(0, start) } as const,
    ...searchChanges(middle(before), middle(after), work),
    { kind: "common", text: before.slice(before.length - end) } as const,
  ].filter(({ text }) => text !== "");
}

function searchChanges(before: string, after: string, work: SearchWork): TextChange[] {
  const replaced: TextChange[] = [
    { kind: "removed", text: before },
    { kind: "added", text: after },
  ];
  if (before === "" || after === "") return replaced;
  return diffWithin(before, after, work) ?? replaced;
}

class TooManyComparisons extends Error {}

/** Undefined where the search was given up. Work is counted, and not time: a report is the same on any machine. */
function diffWithin(before: string, after: string, work: SearchWork): TextChange[] | undefined {
  const comparator = (one: string, other: string): boolean => {
    if (work.left === 0) throw new TooManyComparisons();
    work.left -= 1;
    return one === other;
  };
  try {
    const found = diffArrays([...before], [...after], { maxEditLength: MOST_CHANGES, comparator });
    return found?.map(({ value, added, removed }) => ({
      kind: removed ? "removed" : added ? "added" : "common",
      text: value.join(""),
    }));
  } catch (error) {
    if (error instanceof TooManyComparisons) return undefined;
    throw error;
  }
}

/** How many UTF-16 units two texts begin with alike. */
export function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

function commonEnd(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[a.length - 1 - length] === b[b.length - 1 - length]) length += 1;
  // The second half of a pair belongs to its first.
  return /^[\udc00-\udfff]/.test(a.slice(a.length - length)) ? length - 1 : length;
}

/** The length of a text's beginning without the first half of a pair at its end. */
function wholeCharacters(text: string, length: number): number {
  return /[\ud800-\udbff]$/.test(text.slice(0, length).slice(-1)) ? length - 1 : length;
}
