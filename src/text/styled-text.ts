import { visibleText } from "./escape-untrusted-text.ts";
import { cutToWidth, textWidth } from "./text-width.ts";

/** Colours that only tell things apart: neither those of good and bad, nor hard to read on a usual background. */
export const HUES = ["cyan", "magenta", "blue", "cyanBright", "magentaBright", "blueBright"] as const;

/** What a text is, from which its looks follow. */
export type Tone = "plain" | "good" | "warn" | "bad" | "quiet" | "strong" | (typeof HUES)[number];

/** What a screen takes. A string may be anybody's: whatever it holds, it comes out as visible characters. */
export type Text = string | StyledText;

/**
 * Colours that a program gave its own words: parameters of a terminal's code for colours (SGR). Numbers alone, so that
 * nothing else comes in by them.
 */
export interface ForeignTone {
  readonly sgr: readonly number[];
}

/** Characters with one tone; made visible already. */
interface Piece {
  readonly text: string;
  readonly tone: Tone | ForeignTone;
}

/**
 * Text with looks, which a screen turns into the codes of a terminal, or leaves out. Made by `styled` and `paint`:
 * there is no other way to write such a code, and none to bring one in by a text.
 */
export class StyledText {
  readonly pieces: readonly Piece[];

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
  }

  /** Columns that it takes on a terminal. */
  get columns(): number {
    return textWidth(this.toString());
  }

  /** UTF-16 units. */
  get length(): number {
    return this.pieces.reduce((sum, { text }) => sum + text.length, 0);
  }

  /** Without its looks. */
  toString(): string {
    return this.pieces.map(({ text }) => text).join("");
  }

  slice(from: number, to = this.length): StyledText {
    let start = 0;
    const pieces = this.pieces.map(({ text, tone }) => {
      const part = text.slice(Math.max(0, from - start), Math.max(0, to - start));
      start += text.length;
      return { text: part, tone };
    });
    return new StyledText(pieces.filter(({ text }) => text !== ""));
  }

  /** The beginning that fits into this many columns. */
  cutToColumns(columns: number): StyledText {
    return this.slice(0, cutToWidth(this.toString(), columns).length);
  }

  trimEnd(): StyledText {
    return this.slice(0, this.toString().trimEnd().length);
  }

  /** Filled with spaces to this many columns. */
  padEnd(width: number): StyledText {
    const room = width - this.columns;
    return room <= 0 ? this : new StyledText([...this.pieces, { text: " ".repeat(room), tone: "plain" }]);
  }

  /** The lines of it, without their breaks. */
  lines(): StyledText[] {
    let start = 0;
    return this.toString()
      .split("\n")
      .map((line) => {
        const from = start;
        start += line.length + 1;
        return this.slice(from, from + line.length);
      });
  }
}

/** A template whose values may be anybody's: strings in it are made visible, and what is styled stays so. */
export function styled(literals: TemplateStringsArray, ...values: readonly (Text | number)[]): StyledText {
  const between = values.map((value) => toStyled(typeof value === "number" ? String(value) : value));
  return new StyledText(
    literals.flatMap((text, index) => [{ text, tone: "plain" as const }, ...(between[index]?.pieces ?? [])]),
  );
}

/** Gives a text its looks; parts of it that have others keep them. */
export function paint(tone: Tone, text: Text): StyledText {
  const { pieces } = toStyled(text);
  return new StyledText(
    pieces.map((piece) => ({ text: piece.text, tone: piece.tone === "plain" ? tone : piece.tone })),
  );
}

/** One text of several. */
export function joinText(texts: readonly Text[], separator: string): StyledText {
  return new StyledText(
    texts.flatMap((text, index) => [
      ...(index === 0 ? [] : [{ text: separator, tone: "plain" as const }]),
      ...toStyled(text).pieces,
    ]),
  );
}

/** A text as a screen takes it; a string is made visible. */
export function toStyled(text: Text): StyledText {
  return typeof text === "string" ? new StyledText([{ text: visibleText(text), tone: "plain" }]) : text;
}

/** Rows in aligned columns, two spaces between them and before the first. */
export function alignColumns(rows: readonly (readonly Text[])[]): StyledText[] {
  const cells = rows.map((row) => row.map((cell) => inOneLine(toStyled(cell))));
  const count = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...cells.map((row) => row[column]?.columns ?? 0)),
  );
  return cells.map((row) => {
    const padded = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return styled`  ${joinText(padded, "  ")}`.trimEnd();
  });
}

/** A text as one line: breaks become spaces. */
export function inOneLine(text: Text): StyledText {
  return joinText(toStyled(text).lines(), " ");
}

/** Breaks a line between words; what does not fit goes under `indent` spaces, as does what stands after a break. */
export function wrap(text: Text, width: number, indent: number): StyledText[] {
  return toStyled(text)
    .lines()
    .flatMap((line, index) => wrapLine(index === 0 ? line : under(indent, line), width, indent));
}

function wrapLine(line: StyledText, width: number, indent: number): StyledText[] {
  if (line.columns <= width) return [line];
  const lines: StyledText[] = [];
  const whole = line.toString();
  let [from, to] = [0, 0];
  const take = (): StyledText => {
    const piece = line.slice(from, to);
    return lines.length === 0 ? piece : under(indent, piece);
  };
  for (const word of whole.split(/(?<=\S)(?=\s)/)) {
    const end = to + word.length;
    const used = (lines.length === 0 ? 0 : indent) + textWidth(whole.slice(from, end));
    const isEmpty = whole.slice(from, to).trim() === "";
    if (used > width && !isEmpty) {
      lines.push(take());
      from = to + (word.length - word.trimStart().length);
    }
    to = end;
  }
  return [...lines, take()];
}

function under(indent: number, line: StyledText): StyledText {
  return styled`${" ".repeat(indent)}${line}`;
}
