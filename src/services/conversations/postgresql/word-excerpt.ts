import type { SearchTerm } from "../search-query.ts";
import type { Excerpt } from "../sql/search-excerpt.ts";

/** This many words are told around a place, and this many of them before it. */
const WORDS = 24;
const WORDS_BEFORE = 8;

/** A word of a text, with its place there. */
interface Word {
  readonly folded: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The first place of a text at which one of the terms stands, with all of them that stand around it: by words without
 * accents and case, as `search_words` of the database has them.
 */
export function excerptOfWords(text: string, terms: readonly SearchTerm[]): Excerpt {
  const words = wordsOf(text);
  const wanted = terms
    .map(({ text: term, isPhrase }) => ({ words: wordsOf(term).map(({ folded }) => folded), isPhrase }))
    .filter((term) => term.words.length > 0);
  /** How many words from this one on are one of the terms. */
  const matchAt = (at: number): number =>
    Math.max(0, ...wanted.map((term) => (standsAt(words, at, term) ? term.words.length : 0)));
  const found = Math.max(
    0,
    words.findIndex((_, at) => matchAt(at) > 0),
  );
  const first = Math.max(0, Math.min(found - WORDS_BEFORE, words.length - WORDS));
  const last = Math.min(words.length, first + WORDS);
  const from = first === 0 ? 0 : (words[first]?.from ?? 0);
  const to = last === words.length ? text.length : (words[last - 1]?.to ?? text.length);
  const before = first === 0 ? "" : "…";
  const matches: Excerpt["matches"] = [];
  for (let at = first; at < last; at += 1) {
    const length = matchAt(at);
    const [start, end] = [words[at], words[at + length - 1]];
    if (length === 0 || start === undefined || end === undefined) continue;
    const shift = before.length - from;
    matches.push([start.from + shift, Math.min(end.to, to) + shift]);
    at += length - 1;
  }
  return { excerpt: `${before}${text.slice(from, to)}${last === words.length ? "" : "…"}`, matches };
}

function standsAt(
  words: readonly Word[],
  at: number,
  term: { readonly words: readonly string[]; readonly isPhrase: boolean },
): boolean {
  return term.words.every((word, place) => {
    const folded = words[at + place]?.folded;
    const mayGoOn = !term.isPhrase && place === term.words.length - 1;
    return mayGoOn ? folded?.startsWith(word) : folded === word;
  });
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)].map(({ 0: word, index }) => ({
    folded: word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase(),
    from: index,
    to: index + word.length,
  }));
}
