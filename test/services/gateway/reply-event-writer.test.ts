import { expect, test } from "vitest";
import type { StreamEvent } from "../../../src/contract/event-schemas.ts";
import type { EngineDelta, FinalDelta } from "../../../src/services/gateway/engine-deltas.ts";
import { ReplyEventWriter } from "../../../src/services/gateway/reply-event-writer.ts";
import { shapeOf, textOf, thoughtsOf } from "../../support/streams.ts";

const FINAL: FinalDelta = { finishReason: "stop", promptTokens: 1, completionTokens: 2, timings: null };

function writeAll(...pieces: EngineDelta[]): { writer: ReplyEventWriter; events: StreamEvent[] } {
  const writer = new ReplyEventWriter();
  const events = pieces.flatMap((piece) => writer.write([piece]).events);
  return { writer, events: [...events, ...writer.end()] };
}

test("thoughts are announced before the first of them, and text is text", () => {
  const { events } = writeAll(
    { thought: "Hm" },
    { thought: "." },
    { text: "Yes" },
    { thought: "?" },
    { text: "." },
  );
  expect(shapeOf(events)).toBe("thinking thought token thought token");
  expect([thoughtsOf(events), textOf(events)]).toEqual(["Hm.?", "Yes."]);
});

test("a leading block in the text is thoughts", () => {
  const { events } = writeAll({ text: "<th" }, { text: "ink>Hm.</think>" }, { text: "\nYes." });
  expect(shapeOf(events)).toBe("thinking thought token");
  expect([thoughtsOf(events), textOf(events)]).toEqual(["Hm.", "Yes."]);
});

test("where the engine tells thoughts itself, a tag in the text is text", () => {
  const { events } = writeAll({ thought: "Hm." }, { text: "<think>" }, { text: " is a tag." });
  expect([thoughtsOf(events), textOf(events)]).toEqual(["Hm.", "<think> is a tag."]);
});

test("thoughts after text are not announced: that stands before all text", () => {
  expect(shapeOf(writeAll({ text: " " }, { text: "a" }, { thought: "Hm." }).events)).toBe("token thought");
});

test("what was held back is written before the end", () => {
  const writer = new ReplyEventWriter();
  const { events, final } = writer.write([{ text: "<thi" }, FINAL, { text: "late" }]);
  expect([textOf(events), final]).toEqual(["<thi", FINAL]);
});

test.each<[string, EngineDelta[], boolean]>([
  ["nothing", [], false],
  ["white space", [{ text: " \n" }], false],
  ["thoughts", [{ thought: "Hm." }], false],
  ["a block that is never closed", [{ text: "<think>Hm." }], false],
  ["a word", [{ text: "a" }], true],
  ["a word after a block", [{ text: "<think></think>a" }], true],
])("whether there is text in: %s", (_, pieces, hasText) => {
  expect(writeAll(...pieces).writer.hasText).toBe(hasText);
});

test("pieces are counted, and those of them that were thoughts", () => {
  expect(writeAll({ text: "a" }, { text: "b" }).writer.counted).toEqual({
    prompt_tokens: null,
    completion_tokens: 2,
    total_tokens: null,
  });
  const block = [{ text: "<think>" }, { text: "Hm." }, { text: "</think>" }, { text: "a" }];
  expect(writeAll(...block).writer.counted).toMatchObject({ completion_tokens: 4, thinking_tokens: 3 });
  expect(writeAll({ thought: "Hm." }, { text: "a" }).writer.counted).toMatchObject({
    completion_tokens: 2,
    thinking_tokens: 1,
  });
});

test.each(["text", "thought"] as const)("a %s that says the same again and again is told once", (kind) => {
  const piece = { [kind]: "and again " } as unknown as EngineDelta;
  const { events } = writeAll(...Array<EngineDelta>(400).fill(piece), { text: "and again ".repeat(400) });
  const notices = events.filter(({ type }) => type === "notice");
  expect(notices).toEqual([expect.objectContaining({ code: "repeating" })]);
});
