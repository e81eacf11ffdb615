import { type LogLine, logLines } from "../supervisor/client/service-logs.ts";
import type { StateFolder } from "../supervisor/state-folder.ts";
import { withServiceColours } from "../text/service-colours.ts";
import { HUES, joinText, paint, type StyledText, styled, type Tone } from "../text/styled-text.ts";
import { readLogWords } from "./parse-log-line.ts";
import type { Screen } from "./screen.ts";

/** On a narrower terminal, a time has no milliseconds. In columns. */
const NARROW = 100;

const LEVEL_TONES: Readonly<Record<string, Tone>> = {
  trace: "quiet",
  debug: "quiet",
  info: "good",
  warn: "warn",
  error: "bad",
  fatal: "bad",
};

/**
 * Shows what services log from now on, interleaved, until the signal aborts.
 *
 * @param since shows also what was logged since then; of a service whose lines have no times, all that is in a file
 *   that was written to since
 */
export async function showLogs(
  screen: Screen,
  state: StateFolder,
  services: readonly string[],
  { signal, since }: { signal: AbortSignal; since?: Date },
): Promise<void> {
  const selection = since === undefined ? { tail: 0 } : { since: since.getTime() };
  const print = logPrinter(screen, services);
  for await (const line of logLines(state, services, selection, signal)) print(line);
}

/** Prints lines for a person: time, service, level and message, with JSON made readable. */
export function logPrinter(screen: Screen, services: readonly string[]): (line: LogLine) => void {
  const width = Math.max(0, ...services.map((name) => name.length));
  const hues = new Map<string, Tone>(
    services.map((name, index) => [name, HUES[index % HUES.length] ?? "plain"]),
  );
  return ({ service, time, text, written }) => {
    const { level, message, fields, below } = readLogWords(text);
    const isJson = message !== text;
    const parts = [
      paint("quiet", clock(time, screen.width < NARROW)),
      paint(hues.get(service) ?? "plain", service.padEnd(width)),
      ...(isJson && level !== null ? [paint(LEVEL_TONES[level] ?? "plain", inColours(level).padEnd(5))] : []),
      ...[isJson ? message : written, ...fields].map(inColours),
    ];
    screen.line(joinText(parts, "  ").trimEnd(), 4);
    for (const line of below) screen.line(styled`    ${inColours(line)}`.trimEnd(), 8);
  };
}

/** Prints the lines alone, for a person or a program to read. */
export function rawPrinter(screen: Screen): (line: LogLine) => void {
  return ({ written }) => screen.write(styled`${inColours(written)}\n`);
}

/** Local time, with the day where it is not today's; blank where it is not known. */
export function clock(time: number | null, isShort: boolean): string {
  const length = isShort ? "00:00:00".length : "00:00:00.000".length;
  if (time === null) return " ".repeat(length);
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = new Date(time);
  const text = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  const shown = `${text}.${String(date.getMilliseconds()).padStart(3, "0")}`.slice(0, length);
  if (date.toDateString() === new Date().toDateString()) return shown;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${shown}`;
}

/** In one line, in the service's own colours, which a screen leaves out where it shows none. */
function inColours(text: string): StyledText {
  return withServiceColours(text.replaceAll("\n", "\\n"));
}
