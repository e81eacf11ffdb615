/** A word that belongs to a place on a line. */
export interface Label {
  /** From 0, the line's left end, to 1. */
  readonly at: number;
  readonly text: string;
  /** How it is written: a class of the page's style. */
  readonly kind: string;
}

export interface PlacedLabel extends Label {
  /** From 0, the row next to the line. */
  readonly row: number;
  readonly anchor: "start" | "end";
}

/** The narrowest that a line is shown, on a telephone held upright; on a wider screen, words only stand further apart. */
const LINE_PX = 280;

/** A little more than a letter of the page's small type takes on average. */
const LETTER_PX = 6.3;

/** More would be taller than what they explain. */
const MOST_ROWS = 7;

/**
 * Puts labels into rows in which no two touch. Each stands to the right of its place, or to the left where the
 * line ends too soon. One that finds no row is left out.
 */
export function placeLabels(labels: readonly Label[]): PlacedLabel[] {
  const rows: Span[][] = Array.from({ length: MOST_ROWS }, () => []);
  return labels
    .toReversed()
    .map((label) => ({ label, span: spanOf(label) }))
    .toSorted((a, b) => orderOf(a) - orderOf(b))
    .flatMap(({ label, span }) => {
      const row = rows.findIndex((taken) => taken.every((other) => !isOverlapping(span, other)));
      rows[row]?.push(span);
      return row === -1 ? [] : [{ ...label, row, anchor: span.anchor }];
    });
}

interface Span {
  readonly left: number;
  readonly right: number;
  readonly anchor: PlacedLabel["anchor"];
}

function spanOf({ at, text }: Label): Span {
  const place = at * LINE_PX;
  const width = text.length * LETTER_PX;
  return place + width <= LINE_PX
    ? { left: place, right: place + width, anchor: "start" }
    : { left: place - width, right: place, anchor: "end" };
}

/**
 * Inner ones first, so that the line from a word to its place does not cross another word; what is at the same
 * place stays in reverse, so that it is read from the top.
 */
function orderOf({ label, span }: { label: Label; span: Span }): number {
  const at = Math.round(label.at * 100);
  return span.anchor === "end" ? at - 100 : 100 - at;
}

function isOverlapping(a: Span, b: Span): boolean {
  return a.left < b.right && b.left < a.right;
}
