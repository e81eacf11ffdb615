import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import { encodeNdjson } from "../../../src/contract/ndjson.ts";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import { WIRES } from "../../support/engine-edges.ts";
import { startFakeEngine, startTestGateway } from "../../support/gateway.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

const { piece, thought, final } = WIRES.chat;

/** The whole stream of a reply that the engine writes so. */
async function streamOf(lines: string) {
  const engineUrl = await startFakeEngine((_, response) => response.end(lines));
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat();
  await reader.ended;
  expect(findGrammarFault(reader.events)).toBeUndefined();
  return reader;
}

test("what a model thinks is told as thoughts, announced once, and is no part of the reply", async () => {
  const reader = await streamOf(thought("Hm, ") + thought("so.") + piece("Yes.") + final());
  expect(shapeOf(reader.events)).toBe(
    "started planning executing thinking thought token complete usage done(stop)",
  );
  expect([reader.thoughts, reader.text]).toEqual(["Hm, so.", "Yes."]);
});

test("who comes back in mid-thought gets the rest of the thoughts, and all of the text", async () => {
  const engineUrl = await startFakeEngine((_, response) => {
    response.write(thought("one ") + thought("two ") + thought("three"));
    say.resolve(() => response.end(piece("Yes.") + final()));
  });
  const say = Promise.withResolvers<() => void>();
  const gateway = await startTestGateway({ engineUrl });
  const first = await gateway.chat();
  const finish = await say.promise;
  await eventually(() => expect(first.thoughts).toBe("one two three"));
  const at = first.events.findIndex((event) => event.type === "thinking");
  const second = await gateway.chat({}, { "last-event-id": first.ids[at] ?? "" });
  finish();
  await second.ended;
  expect([second.thoughts, second.text]).toEqual(["two three", "Yes."]);
});

test("a cancel in mid-thought counts the thoughts", async () => {
  const engineUrl = await startFakeEngine((_, response) => {
    response.write(thought("one ") + thought("two ") + piece("a"));
  });
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat();
  await eventually(() => expect(reader.text).toBe("a"));
  await gateway.cancel();
  await reader.ended;
  expect(reader.events).toContainEqual({
    type: "usage",
    usage: { prompt_tokens: null, completion_tokens: 3, total_tokens: null, thinking_tokens: 2 },
    cost_usd: 0,
    timings: null,
  });
});

test("what the engine did not count is null, and not 0", async () => {
  const uncounted = encodeNdjson({ message: { content: "" }, done: true, done_reason: "stop" });
  const reader = await streamOf(piece("a") + uncounted);
  expect(reader.events).toContainEqual({
    type: "usage",
    usage: { prompt_tokens: null, completion_tokens: null, total_tokens: null },
    cost_usd: 0,
    timings: null,
  });
});

test("the engine's own figures go with usage, in milliseconds", async () => {
  const last = encodeNdjson({
    message: { content: "" },
    done: true,
    done_reason: "stop",
    prompt_eval_count: 10,
    eval_count: 20,
    total_duration: 1_000_000_000,
    load_duration: 100_000_000,
    prompt_eval_duration: 200_000_000,
    eval_duration: 400_000_000,
  });
  const reader = await streamOf(piece("a") + last);
  expect(reader.events).toContainEqual({
    type: "usage",
    usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
    cost_usd: 0,
    timings: { queue_ms: 300, load_ms: 100, prompt_ms: 200, reply_ms: 400, tokens_per_second: 50 },
  });
});

test("how to think, how long to keep the model, and pictures reach the engine as they were given", async () => {
  const asked = Promise.withResolvers<unknown>();
  const engineUrl = await startFakeEngine((request, response) => {
    asked.resolve(json(request));
    response.end(piece("a") + final());
  });
  const gateway = await startTestGateway({ engineUrl });
  const messages = [
    { role: "user", content: "And this?", images: ["b25l"] },
    { role: "assistant", content: "A cat." },
    { role: "user", content: "And that?" },
  ];
  const given = { think: "high", keep_alive: "30m", images: ["dHdv"] };
  await (await gateway.chat({ content: "And that?", messages, ...given })).ended;
  expect(await asked.promise).toMatchObject({
    think: "high",
    keep_alive: "30m",
    messages: [messages[0], messages[1], { ...messages[2], images: ["dHdv"] }],
  });
});

test("where nobody says how to think, the engine is not told", async () => {
  const asked = Promise.withResolvers<unknown>();
  const engineUrl = await startFakeEngine((request, response) => {
    asked.resolve(json(request));
    response.end(piece("a") + final());
  });
  const gateway = await startTestGateway({ engineUrl });
  await (await gateway.chat()).ended;
  expect(Object.keys((await asked.promise) as object).sort()).toEqual(["messages", "model", "stream"]);
});

test("a model that cannot think is told as such, where it is to", async () => {
  const engineUrl = await startFakeEngine((_, response) => {
    response.writeHead(400).end('{"error":"\\"m\\" does not support thinking"}');
  });
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat({ think: true });
  await reader.ended;
  expect(reader.events).toContainEqual(
    expect.objectContaining({
      code: "not_able",
      message: expect.stringContaining("does not support thinking"),
    }),
  );
});
