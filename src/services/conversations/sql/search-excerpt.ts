import type { SearchResult } from "../../../contract/hmi-schemas.ts";
import type { SearchTerm } from "../search-query.ts";

/** What stands around a place, with the places in that of what was looked for. */
export type Excerpt = Pick<SearchResult, "excerpt" | "matches">;

/** This many characters are told before and after a place. */
const EXCERPT_CHARS = 60;

/** The first place of a text at which one of the terms stands, wherever in a word. */
export function excerptAround(text: string, terms: readonly SearchTerm[]): Excerpt {
  const folded = text.toLowerCase();
  const places = terms.map((term) => folded.indexOf(term.text.toLowerCase())).filter((at) => at >= 0);
  const at = Math.min(...places, text.length);
  const from = Math.max(0, at - EXCERPT_CHARS);
  const to = at + EXCERPT_CHARS;
  const before = from > 0 ? "…" : "";
  const excerpt = `${before}${text.slice(from, to).toWellFormed()}${to < text.length ? "…" : ""}`;
  const inExcerpt = excerpt.toLowerCase();
  const matches = terms.flatMap((term): Excerpt["matches"] => {
    const start = inExcerpt.indexOf(term.text.toLowerCase());
    return start < 0 ? [] : [[start, start + term.text.length]];
  });
  return { excerpt, matches: matches.toSorted(([one], [other]) => one - other) };
}
