import { expect, test } from "vitest";
import { timestampOf } from "../../../src/supervisor/logs/timestamp-in-line.ts";

const LOCAL = new Date(2026, 10, 21, 13, 59, 17).getTime();
const UTC = Date.UTC(2026, 10, 21, 13, 59, 17);

test.each([
  ["pino", '{"level":30,"time":1795269557123,"pid":1,"msg":"x"}', 1_795_269_557_123],
  ["pino with ISO times", '{"level":30,"time":"2026-11-21T13:59:17.123Z","msg":"x"}', UTC + 123],
  ["ISO 8601", "2026-11-21T13:59:17.123456Z started", UTC + 123],
  ["ISO 8601 with an offset", "2026-11-21T14:59:17+01:00 started", UTC],
  ["Gunicorn", "[2026-11-21 13:59:17 +0000] [7] [INFO] Listening", UTC],
  ["Python's logging", "2026-11-21 13:59:17,123 INFO started", LOCAL + 123],
  ["Flask", '127.0.0.1 - - [21/Nov/2026 13:59:17] "GET / HTTP/1.1" 200 -', LOCAL],
  ["Apache", '127.0.0.1 - - [21/Nov/2026:13:59:17 +0000] "GET / HTTP/1.1" 200', UTC],
  ["Ollama", "time=2026-11-21T13:59:17.123Z level=INFO source=routes.go:1", UTC + 123],
  ["Ollama's requests", '[GIN] 2026/11/21 - 13:59:17 | 200 | 1ms | 127.0.0.1 | GET "/"', LOCAL],
])("the time of a line of %s is read", (_, line, time) => {
  expect(timestampOf(line)).toBe(time);
});

test.each([
  "",
  "Traceback (most recent call last):",
  "INFO:     Uvicorn running on http://127.0.0.1:6120",
  "2026-13-41T99:00:00Z no such day",
  '{"msg":"no time"}',
  `{${'"time":"'.repeat(10_000)}`,
  "see [21/Foo/2026 13:59:17]",
])("a line without a time has none: %#", (line) => {
  expect(timestampOf(line)).toBeUndefined();
});
