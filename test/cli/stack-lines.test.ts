import { expect, test } from "vitest";
import { intentLine } from "../../src/cli/stack-lines.ts";
import { readableScreen } from "../support/screen.ts";

test("a service that could not be started is told with who has its port", () => {
  const { screen } = readableScreen();
  const step = { name: "hmi", kind: "embedded", url: null, action: "blocked", command: null } as const;
  expect(intentLine(screen, { ...step, reason: "pid 7, nc -l 6101, started 4 s ago in /tmp." })).toBe(
    "  hmi       could not be started, because its port is taken: pid 7, nc -l 6101, started 4 s ago in /tmp.",
  );
});
