import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../errors.ts";

/** What is shown live. */
export interface LiveOptions {
  /** The lines as they are now. */
  draw(): readonly string[];
  /** Brings what is drawn up to date. */
  refresh(): Promise<void>;
  /** Time from one refresh to the next, in milliseconds. */
  readonly everyMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Escape codes that every terminal of today knows (xterm's control sequences). */
const ALTERNATE_SCREEN = "\u001b[?1049h";
const USUAL_SCREEN = "\u001b[?1049l";
const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const TO_TOP = "\u001b[H";
const CLEAR_REST_OF_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
/** A line that is too long is cut by the terminal, and does not push the next ones down. */
const NO_WRAP = "\u001b[?7l";
const WRAP = "\u001b[?7h";

/**
 * Shows lines on a terminal's second screen, drawn over in place at each refresh and each change of the
 * terminal's size, until the signal aborts. However it ends, by an error too, the first screen and the cursor
 * are back. Lines that do not fit on the screen are left out, and the last one says so.
 *
 * @throws UserError `bad_flag` where the stream is no terminal
 */
export async function showLive(
  options: LiveOptions,
  stream: NodeJS.WriteStream = process.stdout,
): Promise<void> {
  const { signal, everyMs } = options;
  requireTerminal(stream);
  const end = aborted(signal);
  const paint = (): void => {
    stream.write(frame(options.draw(), stream.rows));
  };
  const leave = (): void => {
    stream.write(WRAP + SHOW_CURSOR + USUAL_SCREEN);
  };
  // For an end that no `finally` hears of.
  process.once("exit", leave);
  stream.on("resize", paint);
  stream.write(ALTERNATE_SCREEN + HIDE_CURSOR + NO_WRAP);
  try {
    paint();
    while (await pause(everyMs, signal)) {
      await Promise.race([options.refresh(), end]);
      paint();
    }
  } finally {
    stream.off("resize", paint);
    process.off("exit", leave);
    leave();
  }
}

/** Waits; resolves at once with false where the signal has aborted, or does. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  await Promise.allSettled([delay(ms, undefined, { signal })]);
  return !signal.aborted;
}

function requireTerminal({ isTTY }: NodeJS.WriteStream): void {
  if (isTTY) return;
  throw new UserError("bad_flag", "A live screen needs a terminal, and the standard output is none.", {
    hint: "For a program, add --json: one line of JSON for each look.",
  });
}

/** Everything is written at once, and nothing is cleared before it is drawn over: it does not flicker. */
function frame(lines: readonly string[], rows: number): string {
  const fits = lines.length <= rows;
  const shown = fits ? lines : [...lines.slice(0, rows - 1), `  ${lines.length - rows + 1} more lines`];
  return TO_TOP + shown.map((line) => line + CLEAR_REST_OF_LINE).join("\r\n") + CLEAR_BELOW;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
