import { expect, test } from "vitest";
import {
  COMPLETE,
  EXECUTING,
  type FakeReply,
  fakeModel,
  PLANNING,
  stackBeforeGateway,
  token,
} from "../../support/fake-gateway.ts";
import { startTestStack, type TestStack } from "../../support/stack.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

const LONG = "word ".repeat(600);

/** Says so many long things in one conversation, and reads the reply to the last of them. */
async function sayLong(stack: TestStack, times: number, body: object = {}) {
  let session_id: string | undefined;
  for (let time = 1; ; time += 1) {
    const { sent, reader } = await stack.send({ message: `Say: ${time} ${LONG}`, session_id, ...body });
    await reader.ended;
    session_id = sent.session_id;
    if (time === times) return { sessionId: session_id, reader };
  }
}

test("a conversation that outgrows its profile's window is told so, in the stream and in the row", async () => {
  const stack = await startTestStack();
  const settings = { options: { num_ctx: 4_096 } };
  const { model_id } = await stack.profile({ name: "Small", settings });
  const { sessionId, reader } = await sayLong(stack, 6, { model_id });
  expect(shapeOf(reader.events)).toMatch(/^started planning context_trimmed executing /);
  const notice = reader.events.find((event) => event.type === "notice");
  expect(notice?.left_out).toBeGreaterThan(1);
  expect((await stack.messages(sessionId)).at(-1)?.notices).toMatchObject([
    { code: "context_trimmed", left_out: notice?.left_out },
  ]);
  const asked = (await stack.generations()).filter(({ messages }) =>
    messages?.at(-1)?.content.startsWith("Say: 6"),
  );
  const said = asked.at(-1)?.messages?.slice(1) ?? [];
  expect(said.length + (notice?.left_out ?? 0)).toBe(11);
  const chars = (asked.at(-1)?.messages ?? []).reduce((sum, { content }) => sum + content.length, 0);
  expect(chars / 3).toBeLessThan(4_096);
});

test("a gateway without the stream's GET is told how many messages were left out, by the window in force", async () => {
  const replies: FakeReply[] = [];
  const { stack } = await stackBeforeGateway({
    hasGet: false,
    models: [fakeModel("m", { window_in_force: 4_096 })],
    reply(reply) {
      replies.push(reply);
      reply.send(PLANNING, EXECUTING, token("noted"), ...COMPLETE);
    },
  });
  await sayLong(stack, 6);
  const { left_out, messages } = replies.findLast(({ request }) => !request?.background)?.request ?? {};
  expect(left_out).toBeGreaterThan(1);
  expect((messages?.length ?? 0) - 1 + (left_out ?? 0)).toBe(11);
});

test("half of a window that is used brings a summary, asked with the profile's options, few tokens, no thoughts", async () => {
  const summaries: FakeReply[] = [];
  const { stack } = await stackBeforeGateway({
    hasGet: false,
    reply(reply) {
      if (reply.request?.background) summaries.push(reply);
      reply.send(PLANNING, EXECUTING, token("noted"), ...COMPLETE);
    },
  });
  const settings = { options: { num_ctx: 4_096, temperature: 0 }, think: true, keep_alive: "30m" };
  const { model_id } = await stack.profile({ name: "Small", settings });
  const { sessionId } = await sayLong(stack, 4, { model_id });
  await eventually(async () =>
    expect((await stack.messages(sessionId)).some((row) => row.message_type === "summary")).toBe(true),
  );
  expect(summaries[0]?.request).toMatchObject({
    session_id: `summary-of-${sessionId}`,
    background: true,
    think: false,
    keep_alive: "30m",
    options: { num_ctx: 4_096, temperature: 0, num_predict: 512 },
  });
});

test("a summary gives way to the message of any conversation, and is made later", async () => {
  let summariesAsked = 0;
  const { stack, asked } = await stackBeforeGateway({
    hasGet: false,
    reply({ request, send }) {
      if (!request?.background) send(PLANNING, EXECUTING, token("noted"), ...COMPLETE);
      else {
        summariesAsked += 1;
        send(PLANNING, EXECUTING);
        if (summariesAsked > 1) send(token("The gist."), ...COMPLETE);
      }
    },
  });
  const settings = { options: { num_ctx: 4_096 } };
  const { model_id } = await stack.profile({ name: "Small", settings });
  const { sessionId } = await sayLong(stack, 4, { model_id });
  await eventually(() => expect(summariesAsked).toBe(1));
  await (await stack.send({ message: "Hi, in another conversation" })).reader.ended;
  expect(asked).toContain(`POST /chat/summary-of-${sessionId}/cancel`);
  await eventually(async () =>
    expect((await stack.messages(sessionId)).filter((row) => row.message_type === "summary")).toMatchObject([
      { content: "The gist." },
    ]),
  );
});

test("a message's own think and keep_alive go first, then its profile's, then the configuration's", async () => {
  const asked: FakeReply[] = [];
  const { stack } = await stackBeforeGateway(
    {
      hasGet: false,
      reply(reply) {
        asked.push(reply);
        reply.send(PLANNING, EXECUTING, token("noted"), ...COMPLETE);
      },
    },
    { chat: { think: "low", keep_alive: "1m" } },
  );
  const { model_id } = await stack.profile({ name: "Tower", settings: { think: false } });
  for (const body of [{}, { model_id }, { model_id, think: "high", keep_alive: 0 }]) {
    await (await stack.send({ message: "Hi", ...body })).reader.ended;
  }
  expect(asked.map(({ request }) => [request?.think, request?.keep_alive])).toEqual([
    ["low", "1m"],
    [false, "1m"],
    ["high", 0],
  ]);
});
