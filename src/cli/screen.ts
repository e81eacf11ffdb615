import { styleText } from "node:util";

/** Colours that only tell things apart: neither those of good and bad, nor hard to read on a usual background. */
export const HUES = ["cyan", "magenta", "blue", "cyanBright", "magentaBright", "blueBright"] as const;

/** What a text is, from which its looks follow. */
export type Tone = "plain" | "good" | "warn" | "bad" | "quiet" | "strong" | (typeof HUES)[number];

/** A place to write to, for a person or for a pipe. */
export interface Screen {
  /** Columns of the terminal as it is now; endless where it is none. */
  readonly width: number;
  /** Writes one line; long ones are wrapped on a terminal, further lines under `indent` spaces. */
  line(text?: string, indent?: number): void;
  /** Writes a piece of text as it is. */
  write(text: string): void;
  /** Shows a quiet line that the next one replaces, cut where it does not fit. Nothing where nobody watches. */
  progress(text: string): void;
  paint(tone: Tone, text: string): string;
  /** Text of others (a model's, a foreign service's) without what could steer a terminal. */
  harmless(text: string): string;
}

/** For a terminal that does not say how wide it is. */
const USUAL_WIDTH = 80;

const STYLES = { good: "green", warn: "yellow", bad: "red", quiet: "dim", strong: "bold" } as const;

function styleOf(tone: Exclude<Tone, "plain">): Parameters<typeof styleText>[0] {
  return HUES.find((hue) => hue === tone) ?? STYLES[tone as keyof typeof STYLES];
}

/** A screen on a stream: colours and wrapping only where it is a terminal (and NO_COLOR is not set). */
export function createScreen(stream: NodeJS.WriteStream): Screen {
  const isTerminal = stream.isTTY === true;
  const width = (): number => (isTerminal ? stream.columns || USUAL_WIDTH : Number.POSITIVE_INFINITY);
  const paint: Screen["paint"] = (tone, text) =>
    tone === "plain" ? text : styleText(styleOf(tone), text, { stream });
  let hasProgress = false;
  const clear = (): void => {
    if (hasProgress) stream.write("\r\u001b[K");
    hasProgress = false;
  };
  return {
    get width() {
      return width();
    },
    line(text = "", indent = 0) {
      clear();
      stream.write(`${wrap(text, width(), indent)}\n`);
    },
    write(text) {
      clear();
      stream.write(text);
    },
    progress(text) {
      if (!isTerminal) return;
      clear();
      // Painted after the cut, which might otherwise lose the code that ends the colour.
      stream.write(paint("quiet", text.slice(0, width() - 1)));
      hasProgress = true;
    },
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go; line breaks and tabs stay.
    harmless: (text) => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, ""),
    paint,
  };
}

/** Breaks a line between words; what does not fit goes under `indent` spaces. Escape codes take no room. */
export function wrap(text: string, width: number, indent: number): string {
  if (visibleLength(text) <= width) return text;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=\S)(?=\s)/)) {
    const fits = visibleLength(line + word) <= width;
    if (fits || line.trim() === "") {
      line += word;
    } else {
      lines.push(line);
      line = " ".repeat(indent) + word.trimStart();
    }
  }
  return [...lines, line].join("\n");
}

/** Columns that a text takes on a terminal, for the characters that our own texts use. */
export function visibleLength(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what an escape code begins with.
  return text.replace(/\u001b\[[0-9;]*m/g, "").length;
}

/** Rows in aligned columns, two spaces between them and before the first. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => visibleLength(row[column] ?? ""))),
  );
  return rows.map((row) => {
    const cells = row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - visibleLength(cell)));
    return `  ${cells.join("  ")}`.trimEnd();
  });
}
