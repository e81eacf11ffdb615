/** What a person looks for, read. */
export interface SearchTerms {
  /** Words and phrases, all of which must stand in a text. */
  readonly terms: readonly SearchTerm[];
  /**
   * True where a text has to be looked through for them: an index of words has none of scripts that do not part words, and
   * no signs.
   */
  readonly isByPart: boolean;
}

/** One of them. */
export interface SearchTerm {
  readonly text: string;
  /** A phrase in quotation marks stands as it is; a word may go on. */
  readonly isPhrase: boolean;
}

/** Scripts that are written without spaces between words. */
const WITHOUT_SPACES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Reads words, and phrases in quotation marks. */
export function readSearch(query: string): SearchTerms {
  const terms = [...query.matchAll(/"([^"]+)"?|([^\s"]+)/g)].flatMap(([, phrase, word]): SearchTerm[] => {
    const text = (phrase ?? word ?? "").trim();
    return text === "" ? [] : [{ text, isPhrase: phrase !== undefined }];
  });
  const isByPart = terms.some(({ text }) => WITHOUT_SPACES.test(text) || !/[\p{L}\p{N}]/u.test(text));
  return { terms, isByPart };
}
