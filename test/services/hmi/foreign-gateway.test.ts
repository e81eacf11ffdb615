import { join } from "node:path";
import { expect, test } from "vitest";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import { sumEventLoopStalls } from "../../support/event-loop-stalls.ts";
import {
  COMPLETE,
  EXECUTING,
  type FakeGateway,
  type FakeReply,
  PLANNING,
  stackBeforeGateway,
  thought,
  token,
  USAGE,
} from "../../support/fake-gateway.ts";
import { call } from "../../support/http.ts";
import type { TestStack } from "../../support/stack.ts";
import { eventually, shapeOf } from "../../support/streams.ts";
import { tempFolder } from "../../support/temp.ts";

/** Within which a cancel and a delete are answered (contract, section 3), in milliseconds. */
const ANSWERED_WITHIN_MS = 1_000;

/** Streams a word now and then, for ever. */
function streamOn({ send, response }: FakeReply): void {
  send(PLANNING, EXECUTING, token("word "));
  const timer = setInterval(() => send(token("more ")), 10);
  response.once("close", () => clearInterval(timer));
}

const GATEWAYS: readonly (readonly [string, FakeGateway])[] = [
  ["says nothing at all", { reply: () => undefined, cancel: () => undefined }],
  ["says nothing to the cancel", { reply: streamOn, cancel: () => undefined }],
  ["says idle and streams on", { reply: streamOn }],
  ["answers the cancel with 500", { reply: streamOn, cancel: (response) => response.writeHead(500).end() }],
  [
    "says cancelled and streams on",
    {
      reply: streamOn,
      cancel: (response, body) =>
        response.end(JSON.stringify({ status: "cancelled", session_id: "1", ...JSON.parse(body) })),
    },
  ],
  [
    "is silent after its first words",
    { reply: ({ send }) => send(PLANNING, EXECUTING, token("so")), cancel: () => undefined },
  ],
];

test.each(GATEWAYS)("a cancel is answered in time where the gateway %s, and saved", async (_, gateway) => {
  const { stack } = await stackBeforeGateway(gateway);
  const { sent, reader } = await stack.send({ message: "Hi" });
  const [cancelledAt, heldUpMs] = [performance.now(), sumEventLoopStalls()];
  expect((await stack.cancel(sent.session_id)).json).toEqual({
    status: "cancelled",
    session_id: sent.session_id,
    message_id: sent.assistant_message_id,
  });
  expect(performance.now() - cancelledAt).toBeLessThan(ANSWERED_WITHIN_MS + heldUpMs());
  await reader.ended;
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect(shapeOf(reader.events.slice(-3))).toBe("cancelled usage done(cancelled)");
  expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({
    status: "cancelled",
    content: reader.text,
  });
  const next = await stack.post({ message: "Hi again", session_id: sent.session_id });
  expect(next.status, "the next message is taken").toBe(200);
});

test.each(GATEWAYS)("a delete is answered in time where the gateway %s", async (_, gateway) => {
  const { stack } = await stackBeforeGateway(gateway);
  const { sent, reader } = await stack.send({ message: "Hi" });
  const [deletedAt, heldUpMs] = [performance.now(), sumEventLoopStalls()];
  expect((await stack.delete(sent.session_id)).status).toBe(200);
  expect(performance.now() - deletedAt).toBeLessThan(ANSWERED_WITHIN_MS + heldUpMs());
  await reader.ended;
  const path = hmiRoutes.messages.path({ session_id: sent.session_id });
  expect((await call(stack.hmi, path)).status).toBe(404);
});

test("a success without any text is none: thoughts are kept, and it is said what to do", async () => {
  const { stack } = await stackBeforeGateway({
    reply: ({ send }) => send(PLANNING, EXECUTING, thought("Hm. "), thought("Well."), ...COMPLETE),
  });
  const { sent, reader } = await stack.send({ message: "Hi" });
  await reader.ended;
  expect(shapeOf(reader.events)).toBe("started planning executing thought error error usage done(error)");
  expect(reader.events).toContainEqual(
    expect.objectContaining({ code: "empty_reply", hint: expect.stringContaining("think") }),
  );
  expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({
    status: "error",
    content: "",
    thinking: "Hm. Well.",
    usage: { completion_tokens: 2 },
    error: { code: "empty_reply" },
  });
});

test("a reply that would not end is ended, saved, and stopped at the gateway", async () => {
  const { stack, asked } = await stackBeforeGateway({ reply: streamOn }, { stream: { max_reply_ms: 1 } });
  const { sent, reader } = await stack.send({ message: "Hi" });
  await reader.ended;
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect(reader.events).toContainEqual(expect.objectContaining({ code: "reply_timeout" }));
  expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({
    status: "error",
    content: reader.text,
    error: { code: "reply_timeout" },
  });
  expect(asked).toContain(`POST /chat/${sent.session_id}/cancel`);
});

test.each([
  ["takes the question and answers nothing", { reply: () => undefined }],
  ["says that it plans, and nothing more", { reply: ({ send }: FakeReply) => send(PLANNING) }],
] satisfies [string, FakeGateway][])(
  "a reply whose gateway %s is waited for as long as one may take, and then says so",
  async (_, gateway) => {
    const { stack, asked } = await stackBeforeGateway(gateway, { stream: { max_reply_ms: 1 } });
    const { sent, reader } = await stack.send({ message: "Hi" });
    await reader.ended;
    expect(findGrammarFault(reader.events)).toBeUndefined();
    const message = "The gateway was asked for the reply, and has not begun to write it in 0.001 s.";
    expect(reader.events).toContainEqual(expect.objectContaining({ code: "reply_timeout", message }));
    expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({
      status: "error",
      content: "",
      error: { code: "reply_timeout" },
    });
    expect(asked).toContain(`POST /chat/${sent.session_id}/cancel`);
  },
);

test("thoughts count in the longest reply", async () => {
  const { stack } = await stackBeforeGateway(
    { reply: ({ send }) => send(PLANNING, EXECUTING, thought("12345"), token("1234567")) },
    { maxReplyChars: 10 },
  );
  const { sent, reader } = await stack.send({ message: "Hi" });
  await reader.ended;
  expect([reader.thoughts, reader.text]).toEqual(["12345", "12345"]);
  expect((await stack.messages(sent.session_id)).at(-1)?.error?.code).toBe("reply_too_long");
});

test("what a gateway tells twice or too late is left out, and what it leaves out is put in", async () => {
  const { stack } = await stackBeforeGateway({
    reply: ({ send }) =>
      send(
        token("One "),
        PLANNING,
        { type: "status_update", status: "loading" },
        { type: "status_update", status: "queued" },
        { type: "notice", code: "repeating", message: "Again." },
        { type: "notice", code: "repeating", message: "Again!" },
        token("two"),
        { type: "status_update", status: "complete" },
        { type: "done", finish_reason: "stop" },
      ),
  });
  const { sent, reader } = await stack.send({ message: "Hi" });
  await reader.ended;
  expect(shapeOf(reader.events)).toBe(
    "started planning executing token loading repeating token complete usage done(stop)",
  );
  expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({
    content: "One two",
    notices: [{ code: "repeating", message: "Again." }],
    usage: null,
  });
});

test("what nobody counted stays null, in the stream and in the row", async () => {
  const usage = { prompt_tokens: null, completion_tokens: 7, total_tokens: null };
  const { stack } = await stackBeforeGateway({
    reply: ({ send }) =>
      send(
        PLANNING,
        EXECUTING,
        token("Hello"),
        { type: "status_update", status: "complete" },
        { type: "usage", usage, cost_usd: null, timings: { ...NO_TIMES, load_ms: 5 } },
        { type: "done", finish_reason: "stop" },
      ),
  });
  const { sent, reader } = await stack.send({ message: "Hi" });
  await reader.ended;
  expect(reader.events.find(({ type }) => type === "usage")).toMatchObject({ usage, cost_usd: null });
  expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({
    usage,
    timings: { ...NO_TIMES, load_ms: 5 },
  });
});

const NO_TIMES = { queue_ms: null, load_ms: null, prompt_ms: null, reply_ms: null, tokens_per_second: null };

test("the gateway that fails in words is passed on with its usage", async () => {
  const { stack } = await stackBeforeGateway({
    reply: ({ send }) =>
      send(
        PLANNING,
        EXECUTING,
        token("half"),
        { type: "status_update", status: "error" },
        { type: "error", code: "rate_limited", message: "Too many.", retry_after_s: 7 },
        USAGE,
        { type: "done", finish_reason: "error" },
      ),
  });
  const { sent, reader } = await stack.send({ message: "Hi" });
  await reader.ended;
  expect(reader.events.slice(-3)).toMatchObject([
    { code: "rate_limited", message: "Too many.", retry_after_s: 7 },
    USAGE,
    { type: "done" },
  ]);
  expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({
    content: "half",
    usage: { total_tokens: 5 },
    error: { code: "rate_limited", message: "Too many." },
  });
});

/** Thinks on and on, and never says anything. */
const THINKER: FakeGateway = {
  reply({ send, response }) {
    send(PLANNING, EXECUTING);
    const timer = setInterval(() => send(thought("Hm. ")), 10);
    response.once("close", () => clearInterval(timer));
  },
};

test("for how long a model thought is known of a reply that is stopped among its thoughts", async () => {
  const { stack } = await stackBeforeGateway(THINKER, { stream: { save_every_ms: 10 } });
  const { sent, reader } = await stack.send({ message: "Hi" });
  const { session_id } = sent;
  const row = async () => (await stack.messages(session_id)).at(-1);
  await eventually(async () => expect((await row())?.thinking_ms).toBeGreaterThan(100));
  await call(stack.hmi, hmiRoutes.cancel.path({ session_id }), { body: {} });
  await reader.ended;
  expect(await row()).toMatchObject({ status: "cancelled", thinking: reader.thoughts });
  expect((await row())?.thinking_ms).toBeGreaterThan(100);
});

test("for how long a model thought is known of a reply that nobody has any more after a restart", async () => {
  const storePath = join(tempFolder(), "chat.db");
  const options = { storePath, stream: { save_every_ms: 10 } };
  const first = await stackBeforeGateway(THINKER, options);
  const { sent, reader } = await first.stack.send({ message: "Hi" });
  const ended = expect(reader.ended).rejects.toThrow();
  const rowIn = async (stack: TestStack) => (await stack.messages(sent.session_id)).at(-1);
  await eventually(async () => expect((await rowIn(first.stack))?.thinking_ms).toBeGreaterThan(100));
  await first.stack.close();
  await ended;
  const { stack } = await stackBeforeGateway({ ...THINKER, hasGet: false }, options);
  await eventually(async () => expect(await rowIn(stack)).toMatchObject({ status: "interrupted" }));
  expect((await rowIn(stack))?.thinking_ms).toBeGreaterThan(100);
});

test("a reply that runs is on the disk with its thoughts, and comes again from there after the end", async () => {
  const held = Promise.withResolvers<void>();
  const { stack } = await stackBeforeGateway(
    {
      async reply({ send }) {
        send(PLANNING, EXECUTING, thought("Let me see. "), token("It "));
        await held.promise;
        send(thought("Really? "), token("is."), ...COMPLETE);
      },
    },
    { stream: { save_every_ms: 10, keep_finished_ms: 0 } },
  );
  const { sent, reader } = await stack.send({ message: "Hi" });
  const row = async () => (await stack.messages(sent.session_id)).at(-1);
  await eventually(async () =>
    expect(await row()).toMatchObject({ status: "streaming", thinking: "Let me see. ", content: "It " }),
  );
  held.resolve();
  await reader.ended;
  expect(await row()).toMatchObject({
    status: "complete",
    thinking: "Let me see. Really? ",
    content: "It is.",
    model_name: "m",
  });
  const again = await stack.stream(sent.session_id);
  await again.ended;
  expect(findGrammarFault(again.events)).toBeUndefined();
  expect([again.thoughts, again.text]).toEqual([reader.thoughts, reader.text]);
  expect(again.events[0]).toMatchObject({
    type: "started",
    message_id: sent.message_id,
    assistant_message_id: sent.assistant_message_id,
    model: "m",
  });
});
