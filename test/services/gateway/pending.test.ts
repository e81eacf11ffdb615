import { join } from "node:path";
import { expect, test } from "vitest";
import { LOCAL_USER } from "../../../src/contract/caller-headers.ts";
import type { ChatRequest } from "../../../src/contract/gateway-schemas.ts";
import { gatewayRoutes } from "../../../src/contract/routes.ts";
import { UNKNOWN_LIMITS } from "../../../src/services/conversations/model-limits.ts";
import { pendingChatRequest, type TurnContext } from "../../../src/services/conversations/reply-request.ts";
import { openSqliteStore } from "../../../src/services/conversations/sqlite/open-sqlite-store.ts";
import { startTestGateway } from "../../support/gateway.ts";
import { call } from "../../support/http.ts";
import { endingOf, ownOf } from "../../support/store.ts";
import { shapeOf, wholeStream } from "../../support/streams.ts";
import { tempFolder } from "../../support/temp.ts";

const pathOf = (session_id: string, message_id?: string) =>
  gatewayRoutes.resume.path({ session_id }, { message_id });

/** Nothing is known of the model, and nothing configured. */
const CONTEXT: TurnContext = { limitsOf: async () => UNKNOWN_LIMITS, defaults: {} };

/** A gateway beside a store in which a profile's conversation waits for a reply. */
async function startWithPending() {
  const database = openSqliteStore({ path: join(tempFolder(), "chat.db"), defaultAgent: "architect" });
  const store = ownOf(database);
  const profile = await store.profiles.create({
    name: "Payments",
    description: "",
    default_model: null,
    instructions: "Speak of cents.",
    settings: { options: { num_predict: 3 } },
  });
  const { session } = await store.conversations.open({ modelId: profile.model_id, agentId: undefined });
  const { session_id: sessionId } = session;
  const { user, reply } = await store.messages.begin({
    sessionId,
    content: "Count to 5",
    modelName: "phi3:mini",
  });
  const gateway = await startTestGateway({
    conversations: {
      userOf: async (id) => (id === sessionId ? LOCAL_USER : undefined),
      pendingRequest: (id) => pendingChatRequest(store, id, CONTEXT),
    },
  });
  return {
    database,
    gateway,
    sessionId,
    messageId: user.message_id,
    replyId: reply.message_id,
    modelId: profile.model_id,
  };
}

test("the reply that a conversation waits for is asked with the history from the store", async () => {
  const { gateway, sessionId, messageId, replyId, modelId } = await startWithPending();
  const stream = await wholeStream(gateway.url, pathOf(sessionId));
  expect(shapeOf(stream.events)).toBe("started planning executing token complete usage done(length)");
  expect(stream.ids[0]).toBe(`${replyId}:0.0.0`);
  expect(stream.events[0]).toMatchObject({
    session_id: sessionId,
    message_id: messageId,
    assistant_message_id: replyId,
    model: "phi3:mini",
    model_id: modelId,
  });
  const generation = await gateway.generation();
  expect(generation).toMatchObject({ model: "phi3:mini", options: { num_predict: 3 } });
  expect(generation?.messages?.at(0)?.content).toContain("Speak of cents.");
  expect(generation?.messages?.at(-1)).toEqual({ role: "user", content: "Count to 5" });
});

test("a second GET joins the generation that the first one started", async () => {
  const { gateway, sessionId, replyId } = await startWithPending();
  const [first, second] = await Promise.all([
    wholeStream(gateway.url, pathOf(sessionId)),
    wholeStream(gateway.url, pathOf(sessionId, replyId)),
  ]);
  expect(second.events).toEqual(first.events);
  expect(await gateway.generations()).toHaveLength(1);
});

test("once the message is answered, only a kept generation is streamed again", async () => {
  const { database, gateway, sessionId, replyId } = await startWithPending();
  const first = await wholeStream(gateway.url, pathOf(sessionId));
  await database.replies.finish(replyId, endingOf({ content: first.text }));
  const again = await wholeStream(gateway.url, pathOf(sessionId));
  expect(again.events).toEqual(first.events);
  const other = await call(gateway.url, pathOf(sessionId, "999"));
  expect(other).toMatchObject({ status: 409, json: { error: { code: "nothing_to_stream" } } });
  expect(await gateway.generations()).toHaveLength(1);
});

test.each(["known", "any"])(
  "who comes back (%s) never begins the reply that a conversation waits for",
  async (asked) => {
    const { gateway, sessionId, replyId } = await startWithPending();
    const headers = { "last-event-id": `${replyId}:0.0.0` };
    const path = pathOf(sessionId, asked === "known" ? replyId : undefined);
    expect(await call(gateway.url, path, { headers })).toMatchObject({
      status: 409,
      json: { error: { code: "nothing_to_stream" } },
    });
    expect(await call(gateway.url, pathOf("999", replyId), { headers })).toMatchObject({
      status: 404,
      json: { error: { code: "conversation_not_found" } },
    });
    expect(await gateway.generations()).toEqual([]);
  },
);

test("who comes back joins the generation that runs, from its first event or from where it was", async () => {
  const { gateway, sessionId, replyId } = await startWithPending();
  const first = await wholeStream(gateway.url, pathOf(sessionId));
  const again = (place: string) =>
    wholeStream(gateway.url, pathOf(sessionId, replyId), {
      headers: { "last-event-id": `${replyId}:${place}` },
    });
  expect((await again("0.0.0")).events).toEqual(first.events.slice(1));
  expect((await again("3.0.1")).text).toBe(first.text.slice(1));
  expect(await gateway.generations()).toHaveLength(1);
});

test("a generation that is not in the store is joined by its conversation's name", async () => {
  const gateway = await startTestGateway({ standIn: { tokenDelayMs: 5 } });
  const first = await gateway.chat();
  const second = await wholeStream(gateway.url, pathOf("80"));
  await first.ended;
  expect(second.events).toEqual(first.events);
});

test("an unknown conversation is 404, an answered one without a kept generation 409", async () => {
  const nothing = async (): Promise<ChatRequest | undefined> => undefined;
  const gateway = await startTestGateway({
    conversations: { userOf: async (id) => (id === "80" ? LOCAL_USER : undefined), pendingRequest: nothing },
  });
  expect(await call(gateway.url, pathOf("81"))).toMatchObject({
    status: 404,
    json: { error: { code: "conversation_not_found" } },
  });
  expect(await call(gateway.url, pathOf("80"))).toMatchObject({
    status: 409,
    json: { error: { code: "nothing_to_stream" } },
  });
});

test.each([
  [true, true],
  [null, true],
  [false, undefined],
])("where models are to think, one that can (%s) is asked for %s", async (canThink, think) => {
  const { database, sessionId } = await startWithPending();
  const context = { limitsOf: async () => ({ ...UNKNOWN_LIMITS, canThink }), defaults: { think: true } };
  expect((await pendingChatRequest(ownOf(database), sessionId, context))?.think).toBe(think);
});

test("what a message asks of its model is asked, whether it can or not", async () => {
  const { database, sessionId } = await startWithPending();
  const context = { limitsOf: async () => ({ ...UNKNOWN_LIMITS, canThink: false }), defaults: {} };
  expect((await pendingChatRequest(ownOf(database), sessionId, context, { think: true }))?.think).toBe(true);
});
