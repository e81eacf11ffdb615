import { expect, test } from "vitest";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import type { Overrides } from "../../../src/services/start-services.ts";
import { startFakeEngine } from "../../support/gateway.ts";
import { createdIn, startTestStack } from "../../support/stack.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

test("a reply comes in the contract's order, from both endpoints", async () => {
  const stack = await startTestStack();
  const { reader } = await stack.send({ message: "Count to 5" });
  const general = await stack.general({ message: "Count to 5", agent_id: "writer" });
  await Promise.all([reader.ended, general.ended]);
  for (const each of [reader, general]) {
    expect(findGrammarFault(each.events)).toBeUndefined();
    expect(each.text).toBe("1, 2, 3, 4, 5");
  }
  expect(shapeOf(reader.events)).toBe("started planning executing token complete usage done(stop)");
  expect(general.events[0]).toMatchObject({
    type: "started",
    created: true,
    model_id: null,
    title: "Count to 5",
  });
});

test("before the answer to a message, both rows are on disk", async () => {
  const stack = await startTestStack({ tokenDelayMs: 600_000 });
  const { json } = await stack.post({ message: "Hi" });
  expect(json).toEqual({
    status: "ok",
    session_id: expect.any(String),
    message_id: expect.any(String),
    assistant_message_id: expect.any(String),
    agent_id: "architect",
    streaming: true,
  });
  expect(await stack.messages(json.session_id)).toMatchObject([
    { message_id: json.message_id, role: "user", content: "Hi" },
    { message_id: json.assistant_message_id, role: "assistant", content: "", status: "streaming" },
  ]);
});

test("when done is there, the reply is saved whole", async () => {
  const stack = await startTestStack();
  for (let message = 0; message < 10; message += 1) {
    const { sent, reader } = await stack.send({ message: "Count to 5" });
    await eventually(() => expect(reader.events.at(-1)?.type).toBe("done"));
    const usage = reader.events.find((event) => event.type === "usage")?.usage;
    expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({
      content: "1, 2, 3, 4, 5",
      status: "complete",
      finish_reason: "stop",
      usage,
      error: null,
    });
  }
});

test("done waits for a disk that is slow", async () => {
  const { promise: disk, resolve: save } = Promise.withResolvers<void>();
  const store: Overrides["store"] = (real) => ({
    ...real,
    replies: {
      ...real.replies,
      async finish(...args) {
        await disk;
        return await real.replies.finish(...args);
      },
    },
  });
  const stack = await startTestStack({ overrides: { store } });
  const { reader } = await stack.send({ message: "Count to 5" });
  await eventually(async () => expect(await stack.generations()).toMatchObject([{ ended: "done" }]));
  await eventually(() => expect(reader.text).toBe("1, 2, 3, 4, 5"));
  const before = shapeOf(reader.events);
  save();
  await reader.ended;
  expect(before).toBe("started planning executing token");
  expect(shapeOf(reader.events)).toBe("started planning executing token complete usage done(stop)");
});

test("a reply that could not be saved is not told as saved", async () => {
  const store: Overrides["store"] = (real) => ({
    ...real,
    replies: { ...real.replies, finish: () => Promise.reject(new Error("disk full")) },
  });
  const stack = await startTestStack({ overrides: { store } });
  const { reader } = await stack.send({ message: "Count to 5" });
  await reader.ended;
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect(reader.events).toContainEqual(
    expect.objectContaining({ type: "error", message: expect.stringContaining("disk full") }),
  );
});

test("the text grows on disk while it is streamed", async () => {
  const stack = await startTestStack({ tokenDelayMs: 10, stream: { save_every_ms: 20 } });
  const { sent } = await stack.send({ message: "Count to 1000" });
  const seen = new Set<number>();
  await eventually(async () => {
    const row = (await stack.messages(sent.session_id)).at(-1);
    expect(row?.status).toBe("streaming");
    seen.add(row?.content.length ?? 0);
    expect(seen.size).toBeGreaterThan(3);
  });
  await stack.cancel(sent.session_id);
});

test("a cut reply is saved with its length as the reason", async () => {
  const stack = await startTestStack();
  const { model_id } = await stack.profile({ name: "Short", settings: { options: { num_predict: 2 } } });
  const { sent, reader } = await stack.send({ message: "Count to 5", model_id });
  await reader.ended;
  expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({
    status: "complete",
    finish_reason: "length",
  });
});

test("when the reader leaves, the reply is still finished and saved", async () => {
  const stack = await startTestStack({ tokenDelayMs: 10, stream: { orphan_grace_ms: 0 } });
  const reader = await stack.general({ message: "Count to 9" });
  await eventually(() => expect(reader.text).not.toBe(""));
  reader.leave();
  await eventually(async () =>
    expect((await stack.messages(createdIn(reader))).at(-1)).toMatchObject({
      content: "1, 2, 3, 4, 5, 6, 7, 8, 9",
      status: "complete",
    }),
  );
});

test("an engine that breaks in mid-reply: the text stays, the row says error", async () => {
  const engineUrl = await startFakeEngine((_, response) => {
    response.write('{"message":{"content":"half"},"done":false}\n{"error":"runner died"}\n', () =>
      response.end(),
    );
  });
  const stack = await startTestStack({ engineUrl });
  const { sent, reader } = await stack.send({ message: "Hi" });
  await reader.ended;
  expect(shapeOf(reader.events)).toBe("started planning executing token error error usage done(error)");
  expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({
    content: "half",
    status: "error",
    finish_reason: "error",
    error: { code: "engine_error", message: expect.stringContaining("runner died") },
  });
});

test("an engine that is down costs nothing that was said, and the next message is answered", async () => {
  let isUp = false;
  const engineUrl = await startFakeEngine((_, response) => {
    if (isUp) response.end('{"message":{"content":"Hello"},"done":true}\n');
    else response.destroy();
  });
  const stack = await startTestStack({ engineUrl });
  const { sent, reader } = await stack.send({ message: "Hi" });
  await reader.ended;
  expect(reader.events).toContainEqual(expect.objectContaining({ code: "engine_unavailable" }));
  isUp = true;
  const again = await stack.send({ message: "Hi again", session_id: sent.session_id });
  await again.reader.ended;
  expect(await stack.messages(sent.session_id)).toMatchObject([
    { role: "user", content: "Hi" },
    { role: "assistant", content: "", status: "error" },
    { role: "user", content: "Hi again" },
    { role: "assistant", content: "Hello", status: "complete" },
  ]);
});

test("an empty failed reply does not stand in the next prompt", async () => {
  const prompts: string[] = [];
  const engineUrl = await startFakeEngine((request, response) => {
    let body = "";
    request.on("data", (bytes) => {
      body += bytes;
    });
    request.on("end", () => {
      prompts.push(body);
      response.writeHead(500).end('{"error":"no"}');
    });
  });
  const stack = await startTestStack({ engineUrl });
  const { sent, reader } = await stack.send({ message: "first" });
  await reader.ended;
  await (await stack.send({ message: "second", session_id: sent.session_id })).reader.ended;
  const { messages } = JSON.parse(prompts[1] ?? "{}");
  expect(messages.map((message: { role: string }) => message.role)).toEqual(["system", "user", "user"]);
});

test("the model of a message is the one asked and the one in its row, also when it changes", async () => {
  const stack = await startTestStack();
  const { sent, reader } = await stack.send({ message: "Hi", model: "phi3:mini" });
  await reader.ended;
  const { session_id } = sent;
  await (await stack.send({ message: "Hi", session_id, model: "qwen2.5-coder:7b" })).reader.ended;
  await (await stack.send({ message: "Hi", session_id })).reader.ended;
  const asked = (await stack.generations()).map((each) => each.model);
  expect(asked).toEqual(["phi3:mini", "qwen2.5-coder:7b", "phi3:mini"]);
  const replies = (await stack.messages(session_id)).filter((row) => row.role === "assistant");
  expect(replies.map((row) => row.model_name)).toEqual(asked);
});

test("the whole history is sent, and one's own agent", async () => {
  const stack = await startTestStack();
  const { sent, reader } = await stack.send({ message: "Count to 2", agent_id: "reviewer" });
  await reader.ended;
  await (await stack.send({ message: "Count to 3", session_id: sent.session_id })).reader.ended;
  const prompt = (await stack.generations()).at(-1)?.messages;
  expect(prompt?.map((message) => message.content)).toEqual([
    expect.stringContaining("review"),
    "Count to 2",
    "1, 2",
    "Count to 3",
  ]);
});
