/** Watches a text grow, and tells when it says the same again and again (contract, section 1). */
export interface RepetitionWatch {
  /** Takes the next piece; true from the first time on that the text's end is such a repetition. */
  push(piece: string): boolean;
}

/** This much of the end of a text must be the same again and again, in characters. */
const LEAST_CHARS = 1_000;

/** The same for what has no letter in it: lines of dashes, empty rows of a table, lists of zeros may be long. */
const LEAST_CHARS_WITHOUT_LETTERS = 4_000;

/** The piece that is repeated has at most this many characters. */
const LONGEST_PIECE = 200;

/** It must stand there this often. */
const LEAST_TIMES = 8;

/** How much of the end of a text is looked at. */
const WINDOW = Math.max(LEAST_CHARS_WITHOUT_LETTERS, LONGEST_PIECE * LEAST_TIMES);

/** A look takes time by the window, so there is one for this many new characters; a token has about four. */
const LOOK_EVERY = 512;

export function watchRepetition(): RepetitionWatch {
  let tail = "";
  let unseen = 0;
  let isRepeating = false;
  return {
    push(piece) {
      if (isRepeating) return true;
      tail += piece;
      unseen += piece.length;
      if (unseen < LOOK_EVERY) return false;
      unseen = 0;
      tail = tail.slice(-WINDOW);
      isRepeating = endsInRepetition(tail);
      return isRepeating;
    },
  };
}

/** Whether a text ends in one piece again and again. Takes time by the length of the text, and next to none for most. */
export function endsInRepetition(text: string): boolean {
  if (!mayRepeat(text)) return false;
  const lengths = matchesBefore(text, LONGEST_PIECE);
  for (let period = 1; period <= LONGEST_PIECE; period += 1) {
    const length = (lengths[period] ?? 0) + period;
    if (length < LEAST_CHARS || length < period * LEAST_TIMES) continue;
    if (length >= LEAST_CHARS_WITHOUT_LETTERS || /\p{L}/u.test(text.slice(-period))) return true;
  }
  return false;
}

/** This many characters at the end of a text tell most texts that do not repeat. */
const PROBE_CHARS = 16;

/** False where the last characters do not stand a second time within the longest piece: the answer of most texts. */
function mayRepeat(text: string): boolean {
  const end = text.slice(-LONGEST_PIECE - PROBE_CHARS);
  return end.indexOf(end.slice(-PROBE_CHARS)) < end.length - PROBE_CHARS;
}

/**
 * For each distance up to `most`: how many characters at the end of the text are the same as those that stand this
 * distance before them. That is the Z-function of the text read backwards: what is known of one distance spares
 * most comparisons of the next, so that no text, also no long repetition, takes more than linear time.
 */
function matchesBefore(text: string, most: number): Uint32Array {
  const last = text.length - 1;
  const lengths = new Uint32Array(most + 1);
  // The stretch [left, right) of the text, counted from its end, that is known to be equal to the text's end.
  let left = 0;
  let right = 0;
  for (let at = 1; at <= most && at <= last; at += 1) {
    let length = at < right ? Math.min(right - at, lengths[at - left] ?? 0) : 0;
    while (at + length <= last && text.charCodeAt(last - length) === text.charCodeAt(last - at - length)) {
      length += 1;
    }
    lengths[at] = length;
    if (at + length > right) [left, right] = [at, at + length];
  }
  return lengths;
}
