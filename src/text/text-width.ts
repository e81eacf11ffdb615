import stringWidth from "string-width";

/** Most of what is shown: one column each. */
const PLAIN = /^[ -~]*$/;

/** Columns that a text takes on a terminal: two for an East Asian character or an emoji, none for an escape code. */
export function textWidth(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** The beginning of a text without escape codes that fits into this many columns; no character is cut. */
export function cutToWidth(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let [end, used] = [0, 0];
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += textWidth(segment);
    if (used > columns) break;
    end += segment.length;
  }
  return text.slice(0, end);
}
