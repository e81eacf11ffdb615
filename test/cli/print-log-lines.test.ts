import { appendFileSync, writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { readLogWords } from "../../src/cli/parse-log-line.ts";
import { parseSince } from "../../src/cli/parse-since.ts";
import { clock, logPrinter, showLogs } from "../../src/cli/print-log-lines.ts";
import { UserError } from "../../src/errors/user-error.ts";
import { prepareState, serviceFiles, stateFolder } from "../../src/supervisor/state-folder.ts";
import { withoutTerminalCodes } from "../../src/text/terminal-codes.ts";
import { PATIENTLY } from "../support/cli.ts";
import { readableScreen } from "../support/screen.ts";
import { tempFolder } from "../support/temp.ts";

const TIME = new Date().setHours(14, 2, 11, 123);

function printed(
  text: string,
  { columns, time = TIME }: { columns?: number; time?: number | null } = {},
): string {
  const { screen, output } = readableScreen(columns);
  logPrinter(screen, ["gateway", "hmi"])({
    service: "hmi",
    time,
    order: 0,
    text: withoutTerminalCodes(text),
    written: text,
  });
  return output();
}

test("a line of pino's is its time, service, level, message and fields", () => {
  const line = {
    level: 30,
    time: TIME,
    pid: 7,
    hostname: "h",
    msg: "done",
    status: 200,
    path: "/a b",
    req: { id: 1 },
  };
  expect(printed(JSON.stringify(line))).toBe(
    '14:02:11.123  hmi      info   done  status=200  path="/a b"  req={"id":1}\n',
  );
});

test("the stack of an error has lines of its own", () => {
  const line = { level: 50, err: { type: "Error", message: "no", stack: "Error: no\n    at f" } };
  expect(printed(JSON.stringify(line))).toBe(
    "14:02:11.123  hmi      error  no\n    Error: no\n        at f\n",
  );
});

test.each(["plain text", '{"a":1}', '["level"]', "{broken", '{"level":{},"msg":"x"}'])(
  "any other line is shown as it is: %s",
  (text) => {
    expect(printed(text)).toBe(`14:02:11.123  hmi      ${text}\n`);
  },
);

test("no text of a service steers the terminal", () => {
  const steering = "\u001b[2J\u001b]0;title\u0007a\rb\u009b1mc";
  expect(printed(`${steering}x`)).toBe("14:02:11.123  hmi      a⟨U+000D⟩bcx\n");
  expect(printed(JSON.stringify({ level: 30, msg: steering, [steering]: steering }))).not.toMatch(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/,
  );
});

test.each([
  ["its own words", "\u001b[32mINFO\u001b[0m: up", "\u001b[32mINFO\u001b[0m: up"],
  [
    "the message of pino's line",
    JSON.stringify({ level: 30, msg: "\u001b[31mbad\u001b[39m" }),
    "  \u001b[31mbad\u001b[0m\n",
  ],
])("a terminal shows a service's colours in %s", (_, text, expected) => {
  expect(printed(text, { columns: 120 })).toContain(expected);
  expect(printed(text)).not.toContain("\u001b");
});

test("a narrow terminal has times without milliseconds, and lines of its width", () => {
  const lines = stripVTControlCharacters(printed(`word ${"word ".repeat(20)}`, { columns: 40 }))
    .trimEnd()
    .split("\n");
  expect(lines[0]).toMatch(/^14:02:11 {2}hmi/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
});

test("a time that is not known leaves its place empty; one of another day says which", () => {
  expect(printed("x", { time: null })).toBe("              hmi      x\n");
  expect(clock(new Date(2025, 0, 2, 3, 4, 5).getTime(), true)).toBe("2025-01-02 03:04:05");
});

test.each([
  ["INFO:     127.0.0.1:1 - GET /", "info"],
  ["2026-11-21 13:59:17,123 WARNING app: x", "warn"],
  ["[2026-11-21 13:59:17 +0000] [7] [CRITICAL] x", "fatal"],
  ["time=2026-11-21T13:59:17Z level=ERROR msg=x", "error"],
  ['{"level":"WARN","msg":"x"}', "warn"],
  ["information about ERRORS", null],
])("the level of %s is %s", (text, level) => {
  expect(readLogWords(text).level).toBe(level);
});

test("--since is so long ago, or a date and time", () => {
  expect(parseSince("10m", 600_000)).toBe(0);
  expect(parseSince("2d", 0)).toBe(-172_800_000);
  expect(parseSince("2026-11-21T14:00:00Z")).toBe(Date.UTC(2026, 10, 21, 14));
  for (const text of ["", "10", "m", "1.5h", "2026-99-99", "yesterday"])
    expect(() => parseSince(text)).toThrow(UserError);
});

test("logs are shown as they are written, and not what was there before, until the signal aborts", async () => {
  const state = stateFolder(tempFolder());
  prepareState(state);
  const { log } = serviceFiles(state, "hmi");
  writeFileSync(log, "before\n");
  const { screen, output } = readableScreen();
  const abort = new AbortController();
  const shown = showLogs(screen, state, ["gateway", "hmi"], { signal: abort.signal });
  appendFileSync(log, "now\n");
  await expect.poll(output, PATIENTLY).toMatch(/ {2}hmi {6}now\n$/);
  abort.abort();
  await shown;
  expect(output()).not.toContain("before");
});
