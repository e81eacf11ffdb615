import fc from "fast-check";
import type { StreamEvent } from "../../src/contract/events.ts";

/** Pieces that have broken real framings: separators, line breaks of all kinds, and wide characters. */
const AWKWARD = [
  "\n\n",
  "\r\n",
  "\r",
  ": ",
  "data: ",
  "id: 7\n",
  "event: done\n\n",
  "\u2028",
  "\u2029",
  "\u0000",
  "\ufeff",
  "🏛️",
  "👩‍👩‍👧",
  "é",
  "漢",
  '"',
  "\\",
  "</script>",
];

/** Any well-formed text, with the awkward pieces far more often than chance would have them. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...AWKWARD), fc.string({ unit: "binary", maxLength: 8 })), { maxLength: 8 })
  .map((pieces) => pieces.join(""));

export const anyToken: fc.Arbitrary<StreamEvent> = anyText
  .filter((content) => content !== "")
  .map((content) => ({ type: "token", content }));

const usage: fc.Arbitrary<StreamEvent> = fc.tuple(fc.nat(), fc.nat()).map(([prompt, completion]) => ({
  type: "usage",
  usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
  cost_usd: 0,
}));

const status = (name: "planning" | "executing" | "complete" | "cancelled" | "error"): StreamEvent => ({
  type: "status_update",
  status: name,
});

const done = (finish_reason: "stop" | "length" | "cancelled" | "error"): StreamEvent => ({
  type: "done",
  finish_reason,
});

const failure: StreamEvent = { type: "error", code: "engine_error", message: "It broke." };

const ending: fc.Arbitrary<StreamEvent[]> = fc.oneof(
  fc
    .tuple(usage, fc.constantFrom("stop" as const, "length" as const))
    .map(([counted, reason]) => [status("complete"), counted, done(reason)]),
  usage.map((counted) => [status("cancelled"), counted, done("cancelled")]),
  fc
    .option(usage, { nil: undefined })
    .map((counted) => [status("error"), failure, ...(counted ? [counted] : []), done("error")]),
);

const created: fc.Arbitrary<StreamEvent> = fc.record({
  type: fc.constant("session_created" as const),
  session_id: fc.constantFrom("1", "80", "a-b"),
  model_id: fc.option(fc.integer({ min: 1 }), { nil: null }),
  title: fc.option(anyText, { nil: null }),
});

/** The events of one whole stream that keeps the grammar. */
export const legalStream: fc.Arbitrary<StreamEvent[]> = fc
  .tuple(fc.option(created, { nil: undefined }), fc.array(anyToken, { maxLength: 6 }), ending)
  .map(([first, tokens, last]) => [
    ...(first ? [first] : []),
    status("planning"),
    status("executing"),
    ...tokens,
    ...last,
  ]);

/** Ways to cut bytes: one and two at a time, all at once, or anywhere. */
export const anyCut: fc.Arbitrary<number[]> = fc.oneof(
  fc.constantFrom(1, 2, Number.MAX_SAFE_INTEGER).map((size) => [size]),
  fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 }),
);

/** Cuts bytes into chunks of these sizes, over and over. */
export function* cut(bytes: Uint8Array, sizes: readonly number[]): Iterable<Uint8Array> {
  let index = 0;
  for (let start = 0; start < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}
