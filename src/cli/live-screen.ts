import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../errors/user-error.ts";
import { inOneLine, paint as look, type Text } from "../text/styled-text.ts";
import { clock } from "./print-log-lines.ts";
import { renderText } from "./terminal-colours.ts";

/** What is shown live. */
export interface LiveOptions {
  /** The lines as they are now. */
  draw(): readonly Text[];
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

/** The last one is what Ctrl-C types. */
const QUIT_KEYS = ["q", "Q", "\u0003"] as const;

/**
 * Shows lines on a terminal's second screen, drawn over in place at each refresh and each change of the
 * terminal's size, until the signal aborts or somebody types q. However it ends, by an error too, the first screen
 * and the cursor are back. Lines that do not fit on the screen are left out, and the last one of them says so; under
 * them are the time of the last refresh, by which a screen that stands still is known, and how to end it.
 *
 * @throws UserError `bad_flag` where the stream is no terminal
 */
export async function showLive(
  options: LiveOptions,
  stream: NodeJS.WriteStream = process.stdout,
  keyboard: NodeJS.ReadStream = process.stdin,
): Promise<void> {
  const { everyMs } = options;
  requireTerminal(stream);
  const quit = new AbortController();
  const signal = AbortSignal.any([options.signal, quit.signal]);
  const end = aborted(signal);
  let refreshedAt = Date.now();
  const paint = (): void => {
    const how = keyboard.isTTY ? "Ctrl-C or q ends" : "Ctrl-C ends";
    const footer = look("quiet", `  ${clock(refreshedAt, true)}  ${how}`);
    const lines = frame(options.draw(), footer, stream.rows).map((line) => renderText(line, stream));
    // Everything at once, and nothing is cleared before it is drawn over: it does not flicker.
    stream.write(TO_TOP + lines.map((line) => line + CLEAR_REST_OF_LINE).join("\r\n") + CLEAR_BELOW);
  };
  const leave = (): void => {
    stream.write(WRAP + SHOW_CURSOR + USUAL_SCREEN);
  };
  const leaveKeyboard = watchKeys(keyboard, () => quit.abort());
  // For an end that no `finally` hears of.
  process.once("exit", leave);
  stream.on("resize", paint);
  stream.write(ALTERNATE_SCREEN + HIDE_CURSOR + NO_WRAP);
  try {
    paint();
    while (await pauseUnlessStopped(everyMs, signal)) {
      await Promise.race([options.refresh(), end]);
      refreshedAt = Date.now();
      paint();
    }
  } finally {
    stream.off("resize", paint);
    process.off("exit", leave);
    leave();
    leaveKeyboard();
  }
}

/** Waits; resolves at once with false where the signal has aborted, or does. */
export async function pauseUnlessStopped(ms: number, signal: AbortSignal): Promise<boolean> {
  await Promise.allSettled([delay(ms, undefined, { signal })]);
  return !signal.aborted;
}

/**
 * Hears each key as it is typed, of a keyboard; returns what gives it back. A terminal that tells of each key makes no
 * signal of Ctrl-C any more, so that this one is a key as well.
 */
function watchKeys(keyboard: NodeJS.ReadStream, onQuit: () => void): () => void {
  if (!keyboard.isTTY) return () => undefined;
  const hear = (typed: Buffer): void => {
    if (QUIT_KEYS.some((key) => typed.includes(key))) onQuit();
  };
  keyboard.setRawMode(true);
  keyboard.on("data", hear);
  return () => {
    keyboard.off("data", hear);
    keyboard.setRawMode(false);
    keyboard.pause();
  };
}

function requireTerminal({ isTTY }: NodeJS.WriteStream): void {
  if (isTTY) return;
  throw new UserError("bad_flag", "A live screen needs a terminal, and the standard output is none.", {
    hint: "For a program, add --json: one line of JSON for each look.",
  });
}

/** The lines that fit, and the footer under them. */
function frame(lines: readonly Text[], footer: Text, rows: number): Text[] {
  const room = rows - 1;
  const fits = lines.length <= room;
  const shown = fits ? lines : [...lines.slice(0, room - 1), `  ${lines.length - room + 1} more lines`];
  return [...shown, ...(shown.length < room ? [""] : []), footer].map(inOneLine);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
