import { expect, test } from "vitest";
import { intentLines } from "../../src/cli/stack-lines.ts";

test("a service that could not be started is told with who has its port", () => {
  const step = { name: "hmi", kind: "embedded", url: null, action: "blocked", command: null } as const;
  expect(intentLines({ ...step, reason: "pid 7, nc -l 6101, started 4 s ago in /tmp." }).map(String)).toEqual(
    [
      "  hmi       could not be started, because its port is taken: pid 7, nc -l 6101, started 4 s ago in /tmp.",
    ],
  );
});
