import { withoutCiCommands } from "../text/escape-untrusted-text.ts";
import { inOneLine, StyledText, type Text, toStyled, wrap } from "../text/styled-text.ts";
import { createTextStream, type TextStream } from "../text/text-stream.ts";
import { renderText } from "./terminal-colours.ts";

/**
 * A place to write to, for a person or for a pipe. What it is given may be anybody's: it comes out visible, and
 * steers neither a terminal nor a CI server.
 */
export interface Screen {
  /** Columns of the terminal as it is now; endless where it is none. */
  readonly width: number;
  /**
   * Writes one line. Long ones are wrapped on a terminal; what is wrapped, or stands after a line break in the text,
   * goes under `indent` spaces, so that nobody's text looks like a line of ours.
   */
  line(text?: Text, indent?: number): void;
  /**
   * Writes a line to be copied, such as a command, whole: where it is longer than the terminal is wide, the terminal
   * breaks it itself, and what is copied from there has no break.
   */
  unwrapped(text: Text): void;
  /** Writes a text of several lines, with no break after it that is not in it. */
  write(text: Text): void;
  /** For a text that comes in pieces. */
  stream(): TextStream;
  /** Shows a quiet line that the next one replaces, cut where it does not fit. Nothing where nobody watches. */
  progress(text: Text): void;
}

/** For a terminal that does not say how wide it is. */
const USUAL_WIDTH = 80;

/** Where a line goes on, unless it is told. */
const USUAL_INDENT = 4;

/** A screen on a stream: colours and wrapping only where it is a terminal (and NO_COLOR is not set). */
export function createScreen(stream: NodeJS.WriteStream): Screen {
  const isTerminal = stream.isTTY === true;
  const width = (): number => (isTerminal ? stream.columns || USUAL_WIDTH : Number.POSITIVE_INFINITY);
  let hasProgress = false;
  const clear = (): void => {
    if (hasProgress) stream.write("\r\u001b[K");
    hasProgress = false;
  };
  const showLine = (line: StyledText): void => show(new StyledText([...line.pieces, END_OF_LINE]));
  const show = (text: Text): void => {
    clear();
    const codes = renderText(text, stream);
    stream.write(isTerminal ? codes : withoutCiCommands(codes));
  };
  return {
    get width() {
      return width();
    },
    line(text = "", indent = USUAL_INDENT) {
      for (const line of wrap(text, width(), indent)) showLine(line);
    },
    unwrapped(text) {
      showLine(inOneLine(text));
    },
    write: show,
    stream() {
      return createTextStream((text) => {
        clear();
        stream.write(text);
      }, isTerminal);
    },
    progress(text) {
      if (!isTerminal) return;
      clear();
      stream.write(renderText(paintProgress(text, width() - 1), stream));
      hasProgress = true;
    },
  };
}

const END_OF_LINE = { text: "\n", tone: "plain" } as const;

function paintProgress(text: Text, width: number): StyledText {
  const [line = new StyledText([])] = toStyled(text).lines();
  return new StyledText(line.cutToColumns(width).pieces.map(({ text }) => ({ text, tone: "quiet" })));
}
