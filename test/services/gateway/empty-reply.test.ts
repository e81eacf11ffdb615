import { expect, test } from "vitest";
import { encodeNdjson } from "../../../src/contract/ndjson.ts";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import { WIRES } from "../../support/engine-edges.ts";
import { startFakeEngine, startTestGateway } from "../../support/gateway.ts";
import { shapeOf } from "../../support/streams.ts";

const { piece, thought, final } = WIRES.chat;

const toolCall = encodeNdjson({
  message: { content: "", tool_calls: [{ function: { name: "get_weather", arguments: {} } }] },
  done: false,
});

test.each([
  ["thoughts that used up all tokens", thought("Hm.") + final("length"), "while it thought", "num_predict"],
  ["thoughts and no word", thought("Hm.") + final(), "then said nothing", "not think"],
  [
    "a block of thoughts that was never closed",
    piece("<think>Hm.") + final("length"),
    "while it thought",
    "num_predict",
  ],
  ["a tool call alone", toolCall + final(), "only called a tool", "another model"],
  ["nothing", final(), "said nothing", "another model"],
  ["nothing, at its limit", final("length"), "before its first word", "num_predict"],
  ["white space", piece(" ") + piece("\n") + final(), "said nothing", "another model"],
])("a reply of %s is no success: it says why, and what to do", async (_, lines, why, whatToDo) => {
  const engineUrl = await startFakeEngine((_, response) => response.end(lines));
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat();
  await reader.ended;
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect(shapeOf(reader.events)).toMatch(/ error error usage done\(error\)$/);
  expect(reader.events).toContainEqual(
    expect.objectContaining({
      code: "empty_reply",
      message: expect.stringContaining(why),
      hint: expect.stringContaining(whatToDo),
    }),
  );
  expect(reader.thoughts).toBe(lines.includes("Hm.") ? "Hm." : "");
});

test("what the engine counted of an empty reply is told", async () => {
  const engineUrl = await startFakeEngine((_, response) => response.end(thought("Hm.") + final("length")));
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat();
  await reader.ended;
  expect(reader.events).toContainEqual(
    expect.objectContaining({ usage: expect.objectContaining({ completion_tokens: 2 }) }),
  );
});

test("a tool call beside a text is a reply", async () => {
  const engineUrl = await startFakeEngine((_, response) =>
    response.end(piece("Let me see.") + toolCall + final()),
  );
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat();
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "stop" });
});
