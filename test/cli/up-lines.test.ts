import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { printIntent } from "../../src/cli/up-lines.ts";
import { readableScreen } from "../support/screen.ts";

const STEP = { name: "hmi", kind: "embedded", url: null, command: null } as const;

test("a service that could not be started is told with who has its port", () => {
  const { screen, output } = readableScreen();
  printIntent(screen, {
    ...STEP,
    action: "blocked",
    reason: "pid 7, nc -l 6101, started 4 s ago in /tmp.",
  });
  expect(output()).toBe(
    "  hmi       could not be started, because its port is taken: pid 7, nc -l 6101, started 4 s ago in /tmp.\n",
  );
});

test("on a narrow terminal the reason goes on under itself, and the command is one line to be copied", () => {
  const { screen, output } = readableScreen(60);
  const command = ".venv/bin/uvicorn gateway_app:app --reload --port 6120 --log-level warning";
  printIntent(screen, { ...STEP, action: "start", reason: "it does not run and its port is free", command });
  expect(stripVTControlCharacters(output())).toBe(
    `  hmi       would be started: it does not run and its port\n            is free\n            ${command}\n`,
  );
});
