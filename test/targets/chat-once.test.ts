import { createServer, type ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { NOWHERE, nextPlace } from "../../src/contract/event-id.ts";
import type { StreamEvent } from "../../src/contract/event-schemas.ts";
import { EVENT_STREAM_HEADERS, encodeEvent } from "../../src/contract/sse.ts";
import { type ChatOnceOptions, chatOnce } from "../../src/targets/chat-once.ts";
import { createProfile, generationsOf, messagesOf, startTestStack } from "../support/hmi.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { hmiClient } from "../support/stack.ts";
import { eventually } from "../support/streams.ts";

/** Sends one message; gives the result and the pieces that were told. */
async function chat({ hmi, token, ...options }: { hmi: string; token?: string } & Partial<ChatOnceOptions>) {
  const pieces: string[] = [];
  const result = await chatOnce({
    target: { hmi, ...(token !== undefined && { token }) },
    message: "Count to 5",
    signal: new AbortController().signal,
    onText: (text) => pieces.push(text),
    ...options,
  });
  return { result, pieces };
}

const SENT = {
  status: "ok",
  session_id: "1",
  message_id: "1",
  assistant_message_id: "2",
  agent_id: "architect",
  streaming: true,
};

/** An HMI that streams these bytes as its reply, and then does as it is told. */
async function hmiThatStreams(write: (response: ServerResponse) => void): Promise<string> {
  return await listenOnAnyPort(
    createServer((request, response) => {
      if (request.method === "POST") response.end(JSON.stringify(SENT));
      else write(response.writeHead(200, EVENT_STREAM_HEADERS));
    }),
  );
}

function encoded(...events: StreamEvent[]): string {
  let place = NOWHERE;
  return events
    .map((event) => {
      place = nextPlace(place, event);
      return encodeEvent({ messageId: "2", place }, event);
    })
    .join("");
}

test("a reply is told piece by piece, and given as a whole with its figures", async () => {
  const { hmi } = await startTestStack();
  const { result, pieces } = await chat({ hmi });
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join("")).toBe("1, 2, 3, 4, 5");
  expect(result).toEqual({
    session_id: "1",
    message_id: "1",
    assistant_message_id: "2",
    model: "llama3.1:8b",
    reply: "1, 2, 3, 4, 5",
    thinking: "",
    notices: [],
    finish_reason: "stop",
    usage: { prompt_tokens: expect.any(Number), completion_tokens: 9, total_tokens: expect.any(Number) },
    error: null,
    first_token_ms: expect.any(Number),
    duration_ms: expect.any(Number),
  });
});

test("a reply that the engine cut short says so", async () => {
  const { hmi } = await startTestStack();
  const profile = await createProfile(hmi, { name: "Short", settings: { options: { num_predict: 3 } } });
  const { result } = await chat({ hmi, modelId: profile });
  expect(result).toMatchObject({ reply: "1, 2", finish_reason: "length" });
});

test("what is thought and what should be known is told apart from the reply", async () => {
  const notice = { code: "repeating", message: "The model says the same again." } as const;
  const hmi = await hmiThatStreams((response) =>
    response.end(
      encoded(
        { type: "status_update", status: "executing", detail: "qwen3:8b" },
        { type: "thinking", content: "A greeting. " },
        { type: "token", content: "Hello" },
        { type: "notice", ...notice },
        { type: "done", finish_reason: "stop" },
      ),
    ),
  );
  const told: unknown[] = [];
  const { result, pieces } = await chat({
    hmi,
    onThought: (thought) => told.push(thought),
    onNotice: ({ code }) => told.push(code),
  });
  expect(pieces).toEqual(["Hello"]);
  expect(told).toEqual(["A greeting. ", "repeating"]);
  expect(result).toMatchObject({
    model: "qwen3:8b",
    reply: "Hello",
    thinking: "A greeting. ",
    notices: [notice],
  });
});

test("an error of the stream is part of the result, with what had come", async () => {
  const hmi = await hmiThatStreams((response) =>
    response.end(
      encoded(
        { type: "token", content: "1, " },
        { type: "error", code: "engine_error", message: "It broke.", hint: "Mend it." },
        { type: "done", finish_reason: "error" },
      ),
    ),
  );
  expect((await chat({ hmi })).result).toMatchObject({
    reply: "1, ",
    finish_reason: "error",
    usage: null,
    error: { code: "engine_error", message: "It broke.", hint: "Mend it." },
  });
});

test.each([
  ["in its status", "model not found", "model not found"],
  ["nowhere", undefined, "The reply failed, and the stack did not say why."],
])("a failure that is explained %s is an error all the same", async (_, detail, message) => {
  const hmi = await hmiThatStreams((response) =>
    response.end(
      encoded(
        { type: "status_update", status: "error", ...(detail && { detail }) },
        { type: "done", finish_reason: "error" },
      ),
    ),
  );
  expect((await chat({ hmi })).result).toMatchObject({ error: { code: "reply_failed", message } });
});

test.each([
  ["cut", (response: ServerResponse) => response.destroy()],
  ["closed", (response: ServerResponse) => response.end()],
])("a stream that is %s before done is an error, with what had come", async (end, leave) => {
  const hmi = await hmiThatStreams((response) =>
    response.write(encoded({ type: "token", content: "1, " }), () => leave(response)),
  );
  expect((await chat({ hmi })).result).toMatchObject({
    reply: "1, ",
    finish_reason: null,
    error: { code: "stream_cut", message: `The reply's stream was ${end} before it said that it is done.` },
  });
});

test("a refusal is told in the HMI's own words", async () => {
  const { hmi } = await startTestStack();
  await expect(chat({ hmi, modelId: 99 })).rejects.toMatchObject({
    code: "chat_failed",
    message: "There is no model profile with model_id 99.",
    exitCode: 2,
  });
});

test("an HMI that asks for a token is shown it", async () => {
  const { hmi } = await startTestStack({ auth: { token: "secret" } });
  const { result } = await chat({ hmi, token: "secret", message: "Count to 3" });
  expect(result).toMatchObject({ reply: "1, 2, 3", finish_reason: "stop" });
  await expect(chat({ hmi })).rejects.toMatchObject({
    code: "unauthorized",
    hint: expect.stringContaining("STACK_AUTH_TOKEN"),
  });
});

test("an answer of no HMI is quoted", async () => {
  const hmi = await listenOnAnyPort(createServer((_, response) => response.writeHead(404).end("no page")));
  await expect(chat({ hmi })).rejects.toMatchObject({
    message: "POST /api/chat/message answered 404: no page.",
  });
});

test("an abort in mid-reply cancels it at the engine, and the reply keeps what came", async () => {
  const { hmi, engine } = await startTestStack({ tokenDelayMs: 5 });
  const abort = new AbortController();
  let reply = "";
  const onText = (text: string): void => {
    reply += text;
    if (reply.includes("3,")) abort.abort();
  };
  const { result } = await chat({ hmi, message: "Count to 1000", signal: abort.signal, onText });
  expect(result).toMatchObject({ finish_reason: "cancelled", reply, error: null });
  expect(await messagesOf(hmi, "1")).toMatchObject([{}, { status: "cancelled", content: reply }]);
  expect(await generationsOf(engine)).toMatchObject([{ ended: "aborted" }]);
});

test("an abort while the message is being accepted cancels the reply that begins", async () => {
  const abort = new AbortController();
  const calls: string[] = [];
  const hmi = await listenOnAnyPort(
    createServer((request, response) => {
      calls.push(`${request.method} ${request.url}`);
      if (request.url?.endsWith("/message")) {
        abort.abort();
        response.end(JSON.stringify(SENT));
      } else if (request.url?.endsWith("/cancel")) {
        response.end('{"status":"cancelled","session_id":"1","message_id":"2"}');
      } else {
        response.writeHead(200, EVENT_STREAM_HEADERS);
        response.end(encoded({ type: "done", finish_reason: "cancelled" }));
      }
    }),
  );
  const { result } = await chat({ hmi, signal: abort.signal });
  expect(result.finish_reason).toBe("cancelled");
  expect(calls.sort()).toEqual([
    "GET /api/chat/stream/1?message_id=2",
    "POST /api/chat/message",
    "POST /api/chat/sessions/1/cancel",
  ]);
});

test("an abort before anything was sent sends nothing", async () => {
  const { hmi } = await startTestStack();
  const reason = new Error("Ctrl-C");
  await expect(chat({ hmi, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  await expect(messagesOf(hmi, "1")).rejects.toThrow("404");
});

test("what an HMI that is being stopped does not take is sent again, and answered once it is back", async () => {
  const { hmi, services } = await startTestStack({ tokenDelayMs: 5, stream: { drain_ms: 60_000 } });
  const running = hmiClient(hmi);
  const { sent, reader } = await running.send({ message: "Count to 100000" });
  await eventually(() => expect(reader.text).not.toBe(""));
  const drained = services.get("hmi")?.drainAndClose();
  const { promise: isTold, resolve: told } = Promise.withResolvers<string | null>();
  const chatting = chat({ hmi, onNotice: ({ code }) => told(code) });
  expect(await isTold).toBe("draining");
  await running.cancel(sent.session_id);
  await drained;
  await services.get("hmi")?.startAgain();
  const { session_id, reply } = (await chatting).result;
  expect(reply).toBe("1, 2, 3, 4, 5");
  expect(await messagesOf(hmi, session_id ?? "")).toHaveLength(2);
});
