import { safeText, visibleText } from "./escape-untrusted-text.ts";

/** Shows text of others that comes in pieces, such as the tokens of a reply. */
export interface TextStream {
  write(piece: string): void;
  /** Shows what was held back. */
  end(): void;
}

/**
 * What may become something else by what comes next: half of a pair, of a line break, of a keycap, of a CI server's
 * command.
 */
const UNDECIDED = /(?:[\ud800-\udbff]|\r|\ufe0f|##?\w{0,20}|(?<=(?:^|\n)[^\S\n]*)::?)$/;

/** This much of the present line decides what the next piece means. */
const CONTEXT_CHARS = 64;

/**
 * A stream that spells out in pieces what it would in the whole, however the text was cut. Each piece is shown as it
 * comes, but for an end that is undecided.
 *
 * @param isTerminal no CI server reads what is shown
 */
export function createTextStream(show: (text: string) => void, isTerminal: boolean): TextStream {
  const safe = isTerminal ? visibleText : safeText;
  let held = "";
  let line = "";
  const release = (text: string): void => {
    const shown = safe(text, line);
    if (shown !== "") show(shown);
    line = (line + shown).slice((line + shown).lastIndexOf("\n") + 1).slice(-CONTEXT_CHARS);
  };
  return {
    write(piece) {
      const text = held + piece;
      const undecided = UNDECIDED.exec(line + text)?.[0].length ?? 0;
      const decided = text.slice(0, Math.max(0, text.length - undecided));
      held = text.slice(decided.length);
      release(decided);
    },
    end() {
      release(held);
      held = "";
    },
  };
}
