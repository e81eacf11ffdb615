import { expect, test } from "vitest";
import { stopBuffering } from "../../src/targets/proxy-by-headers.ts";

test.each([
  [{ "content-type": "application/x-ndjson" }, "turn response buffering off there for application/x-ndjson"],
  [
    { "content-type": "text/event-stream; charset=utf-8" },
    "turn response buffering off there for text/event-stream",
  ],
  [{}, "turn response buffering off there for streamed replies"],
  [
    { "content-type": "text/plain;charset=utf-8", "content-encoding": "gzip" },
    "turn compression off there for text/plain: it waits for more to compress",
  ],
])("the advice to a proxy that answers with %j names the stream that is there", (headers, advice) => {
  expect(stopBuffering({ headers })).toBe(advice);
});
