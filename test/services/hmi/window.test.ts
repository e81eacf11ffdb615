import { expect, test } from "vitest";
import { ProfileDraft } from "../../../src/contract/profile-schemas.ts";
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
import { exchangeOf, openConversation, openTestStore } from "../../support/store.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

/** 3,000 characters, none of them said twice. */
const LONG = Array.from({ length: 500 }, (_, number) => `w${1000 + number}`)
  .join(" ")
  .padEnd(3_000, ".");

/** Says this many long things in one conversation, and reads the reply to the last of them. */
async function sayLong(stack: TestStack, times: number, body: object = {}) {
  const { session_id: sessionId } = await stack.newSession(body);
  for (let time = 1; time <= times; time += 1) {
    await (await stack.send({ message: `${time} ${LONG}`, session_id: sessionId })).reader.ended;
  }
  return sessionId;
}

test("a conversation that outgrows its profile's window is told so, in the stream and in the row", async () => {
  const { store, own, path } = openTestStore();
  const settings = { options: { num_ctx: 4_096 } };
  const { model_id } = await own.profiles.create(ProfileDraft.parse({ name: "Small", settings }));
  const session_id = await openConversation(own, model_id);
  for (let time = 1; time <= 5; time += 1) await exchangeOf(store, session_id, `${time} ${LONG}`, "noted");
  const stack = await startTestStack({ storePath: path });
  const { reader } = await stack.send({ message: "Count to 3", session_id });
  await reader.ended;
  expect(shapeOf(reader.events)).toMatch(/^started planning context_trimmed executing /);
  expect(reader.events[2]).toMatchObject({ code: "context_trimmed", left_out: 6 });
  expect((await stack.messages(session_id)).at(-1)?.notices).toMatchObject([
    { code: "context_trimmed", left_out: 6 },
  ]);
  const [asked] = await stack.generations();
  expect(asked?.messages?.slice(1).map(({ content }) => content[0])).toEqual(["4", "n", "5", "n", "C"]);
});

test("a gateway without the stream's GET is told how many messages were left out, by the window in force", async () => {
  const replies: FakeReply[] = [];
  const { stack } = await stackBeforeGateway({
    hasGet: false,
    models: [fakeModel("m", { window_in_force: 4_096 })],
    reply(reply) {
      // No summary comes to its end.
      if (reply.request?.background) return;
      replies.push(reply);
      reply.send(PLANNING, EXECUTING, token("noted"), ...COMPLETE);
    },
  });
  const sessionId = await sayLong(stack, 6);
  const { left_out, messages } = replies.at(-1)?.request ?? {};
  expect(left_out).toBeGreaterThan(1);
  expect((messages?.length ?? 0) - 1 + (left_out ?? 0)).toBe(11);
  // It has not told it itself.
  const row = (await stack.messages(sessionId)).at(-1);
  expect(row?.notices).toMatchObject([{ code: "context_trimmed", left_out }]);
});

test("what a reply was told is in its row while it is being written", async () => {
  const notice = { code: "repeating", message: "The text says the same again and again." } as const;
  let running: FakeReply | undefined;
  const { stack } = await stackBeforeGateway({
    reply(reply) {
      running = reply;
      reply.send(PLANNING, EXECUTING, token("again again"), { type: "notice", ...notice });
    },
  });
  const { sent, reader } = await stack.send({ message: "Hi" });
  await eventually(async () => {
    const row = (await stack.messages(sent.session_id)).at(-1);
    expect(row).toMatchObject({ status: "streaming", notices: [notice] });
  });
  running?.send(...COMPLETE);
  await reader.ended;
  expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({
    status: "complete",
    notices: [notice],
  });
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
  const sessionId = await sayLong(stack, 4, { model_id });
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
  const summaries: FakeReply[] = [];
  const { stack, asked } = await stackBeforeGateway({
    hasGet: false,
    reply(reply) {
      if (reply.request?.background) {
        summaries.push(reply);
        reply.send(PLANNING, EXECUTING);
      } else reply.send(PLANNING, EXECUTING, token("noted"), ...COMPLETE);
    },
  });
  const { model_id } = await stack.profile({ name: "Small", settings: { options: { num_ctx: 4_096 } } });
  const sessionId = await sayLong(stack, 4, { model_id });
  const running = () => summaries.filter(({ response }) => !response.closed);
  await eventually(() => expect(running()).toHaveLength(1));
  const [first] = running();
  await (await stack.send({ message: "Hi, in another conversation" })).reader.ended;
  await eventually(() => expect(first?.response.closed).toBe(true));
  expect(asked).toContain(`POST /chat/summary-of-${sessionId}/cancel`);
  await eventually(() => expect(running()).toHaveLength(1));
  running()[0]?.send(token("The gist."), ...COMPLETE);
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
