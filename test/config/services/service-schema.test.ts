import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DEFAULT_LOG_LIMITS, DEFAULT_RESTART } from "../../../src/supervisor/service-spec.ts";

const DOCS = new URL("../../../docs/reference.md", import.meta.url);

test.each([
  ["restart.backoff_ms", DEFAULT_RESTART.backoffMs],
  ["restart.max_backoff_ms", DEFAULT_RESTART.maxBackoffMs],
  ["restart.limit", DEFAULT_RESTART.limit],
  ["restart.within_ms", DEFAULT_RESTART.withinMs],
  ["log.max_bytes", DEFAULT_LOG_LIMITS.maxBytes],
  ["log.keep", DEFAULT_LOG_LIMITS.keep],
])("%s is documented with the supervisor's own default, %i", (name, value) => {
  const row = readFileSync(DOCS, "utf8")
    .split("\n")
    .find((line) => line.startsWith(`| \`${name}\` |`));
  expect(row).toContain(`${value} if not given`);
});
