import fc from "fast-check";
import {
  type FinishReason,
  type StreamEvent,
  type StreamStatus,
  type Timings,
  usageOf,
} from "../../src/contract/event-schemas.ts";

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

const anyContent = anyText.filter((content) => content !== "");

export const anyToken: fc.Arbitrary<StreamEvent> = anyContent.map((content) => ({ type: "token", content }));

export const anyThought: fc.Arbitrary<StreamEvent> = anyContent.map((content) => ({
  type: "thinking",
  content,
}));

const anyCount = fc.option(fc.nat(), { nil: null });

const anyFigure = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: null });

const anyTimings: fc.Arbitrary<Timings> = fc.record({
  queue_ms: anyFigure,
  load_ms: anyFigure,
  prompt_ms: anyFigure,
  reply_ms: anyFigure,
  tokens_per_second: anyFigure,
});

const usage: fc.Arbitrary<StreamEvent> = fc
  .record({
    prompt: anyCount,
    completion: anyCount,
    thoughts: fc.option(fc.nat(), { nil: undefined }),
    timings: fc.option(anyTimings, { nil: null }),
  })
  .map(({ prompt, completion, thoughts, timings }) => ({
    type: "usage",
    usage: {
      ...usageOf(prompt, completion),
      ...(thoughts === undefined ? {} : { thinking_tokens: thoughts }),
    },
    cost_usd: 0,
    timings,
  }));

const status = (name: StreamStatus): StreamEvent => ({ type: "status_update", status: name });

const done = (finish_reason: FinishReason): StreamEvent => ({ type: "done", finish_reason });

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

const started: fc.Arbitrary<StreamEvent> = fc.record(
  {
    type: fc.constant("started" as const),
    session_id: fc.constantFrom("1", "80", "a-b"),
    message_id: fc.option(fc.constant("7"), { nil: null }),
    assistant_message_id: fc.constantFrom("8", "m:1"),
    model: fc.option(fc.constant("llama3.1:8b"), { nil: null }),
    model_id: fc.option(fc.integer({ min: 1 }), { nil: null }),
    created: fc.constant(true as const),
    title: fc.option(anyText, { nil: null }),
  },
  { requiredKeys: ["type", "session_id", "message_id", "assistant_message_id", "model", "model_id"] },
);

const contextTrimmed: StreamEvent = {
  type: "notice",
  code: "context_trimmed",
  message: "Three messages were left out.",
  left_out: 3,
};

const repeating: StreamEvent = { type: "notice", code: "repeating", message: "It says the same again." };

/** None or some of these, in their order. */
const anySome = <Event>(...events: Event[]): fc.Arbitrary<Event[]> => fc.subarray(events);

/** Thoughts and text in any order, with a word on repetition among them, or none. */
const writing: fc.Arbitrary<StreamEvent[]> = fc
  .tuple(fc.array(fc.oneof(anyThought, anyToken), { maxLength: 8 }), fc.option(fc.nat(8), { nil: undefined }))
  .map(([pieces, at]) => (at === undefined ? pieces : pieces.toSpliced(at, 0, repeating)));

/** The events of one whole stream that keeps the grammar. */
export const legalStream: fc.Arbitrary<StreamEvent[]> = fc
  .tuple(
    started,
    anySome(contextTrimmed),
    anySome(status("queued"), status("loading"), status("thinking")),
    writing,
    ending,
  )
  .map(([first, trimmed, waiting, pieces, last]) => [
    first,
    status("planning"),
    ...trimmed,
    status("executing"),
    ...waiting,
    ...pieces,
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
