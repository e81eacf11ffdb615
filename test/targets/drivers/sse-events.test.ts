import { expect, test } from "vitest";
import { createSseEventsDecoder, type SseEvent } from "../../../src/targets/drivers/sse-events.ts";

const TEXT = 'event: data\r\ndata: "a"\r\n\r\n: ping\r\n\r\ndata: b\n\ndata\n\nevent: end\r\n\r\n';

test.each([1, 2, 1000])("an event with a name alone is heard, %i bytes at a time", (size) => {
  const events: SseEvent[] = [];
  const { push } = createSseEventsDecoder((event) => events.push(event));
  const bytes = Buffer.from(TEXT);
  for (let at = 0; at < bytes.length; at += size) push(bytes.subarray(at, at + size));
  expect(events.filter(({ data }) => data !== "")).toEqual([
    { name: "data", data: '"a"' },
    { name: undefined, data: "b" },
  ]);
  expect(events.at(-1)).toEqual({ name: "end", data: "" });
});
