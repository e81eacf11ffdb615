import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { WireError } from "../../../src/contract/wire-error.ts";
import type { Overrides } from "../../../src/services/start-services.ts";
import { call } from "../../support/http.ts";
import { startTestStack } from "../../support/stack.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

test("a cancel keeps what was streamed, in one row, and stops the engine", async () => {
  const stack = await startTestStack({ tokenDelayMs: 20 });
  const { sent, reader } = await stack.send({ message: "Count to 1000" });
  await eventually(() => expect(reader.text.length).toBeGreaterThan(3));
  expect((await stack.cancel(sent.session_id)).json).toEqual({
    status: "cancelled",
    session_id: sent.session_id,
    message_id: sent.assistant_message_id,
  });
  await reader.ended;
  expect(shapeOf(reader.events)).toBe("started planning executing token cancelled usage done(cancelled)");
  const rows = await stack.messages(sent.session_id);
  expect(rows).toHaveLength(2);
  expect(rows[1]).toMatchObject({ content: reader.text, status: "cancelled", finish_reason: "cancelled" });
  await eventually(async () => expect(await stack.generations()).toMatchObject([{ ended: "aborted" }]));
});

test("when a cancel is answered, the row says so and the next message is taken", async () => {
  const stack = await startTestStack({ tokenDelayMs: 20 });
  const { session_id } = await stack.newSession();
  for (let turn = 0; turn < 10; turn += 1) {
    await stack.send({ message: "Count to 1000", session_id });
    expect((await stack.cancel(session_id)).json.status).toBe("cancelled");
    expect((await stack.messages(session_id)).at(-1)?.status).toBe("cancelled");
  }
});

test("a cancel right after the message, before anything was heard of it, holds", async () => {
  const stack = await startTestStack({ tokenDelayMs: 20 });
  for (let turn = 0; turn < 10; turn += 1) {
    const { session_id } = (await stack.post({ message: "Count to 1000" })).json;
    expect((await stack.cancel(session_id)).json.status).toBe("cancelled");
    expect((await stack.messages(session_id)).at(-1)?.status).toBe("cancelled");
  }
});

test("a cancel waits for a disk that is slow, so that the next message is taken at once", async () => {
  const store: Overrides["store"] = (real) => ({
    ...real,
    replies: {
      ...real.replies,
      finish: async (...args) => {
        await setTimeout(50);
        return await real.replies.finish(...args);
      },
    },
  });
  const stack = await startTestStack({ tokenDelayMs: 20, overrides: { store } });
  const { sent } = await stack.send({ message: "Count to 1000" });
  await stack.cancel(sent.session_id);
  expect((await stack.post({ message: "Hi", session_id: sent.session_id })).status).toBe(200);
});

test("a cancel that overtakes its message on the way to the gateway holds", async () => {
  const gateway: Overrides["gateway"] = (real) => ({
    ...real,
    async *chat(...args) {
      await setTimeout(50);
      yield* real.chat(...args);
    },
  });
  const stack = await startTestStack({ tokenDelayMs: 20, overrides: { gateway } });
  const { sent, reader } = await stack.send({ message: "Count to 1000" });
  expect((await stack.cancel(sent.session_id)).json.status).toBe("cancelled");
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "cancelled" });
});

test("a second cancel, and one after the end, find nothing to do", async () => {
  const stack = await startTestStack();
  const { sent, reader } = await stack.send({ message: "Count to 5" });
  await reader.ended;
  const idle = { status: 200, json: { status: "idle", session_id: sent.session_id } };
  expect(await stack.cancel(sent.session_id)).toMatchObject(idle);
  expect(await stack.cancel(sent.session_id)).toMatchObject(idle);
  expect((await stack.messages(sent.session_id)).at(-1)?.status).toBe("complete");
});

test("a conversation that is not there cannot be cancelled", async () => {
  const stack = await startTestStack();
  expect(await stack.cancel("999")).toMatchObject({
    status: 404,
    json: { error: { code: "conversation_not_found" } },
  });
});

test("deleting a conversation in mid-reply stops the engine, and nothing comes back", async () => {
  const stack = await startTestStack({ tokenDelayMs: 20 });
  const { sent, reader } = await stack.send({ message: "Count to 1000" });
  await eventually(() => expect(reader.text).not.toBe(""));
  const path = hmiRoutes.deleteSession.path({ session_id: sent.session_id });
  expect((await call(stack.hmi, path, { method: "DELETE" })).json).toEqual({ status: "ok" });
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "cancelled" });
  await eventually(async () => expect(await stack.generations()).toMatchObject([{ ended: "aborted" }]));
  const gone = hmiRoutes.messages.path({ session_id: sent.session_id });
  expect((await call(stack.hmi, gone)).status).toBe(404);
  expect((await call(stack.hmi, hmiRoutes.stream.path({ session_id: sent.session_id }))).status).toBe(404);
});

test("a message that is taken while its conversation is being deleted is not answered any more", async () => {
  const { promise: disk, resolve: writeOn } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const store: Overrides["store"] = (real) => ({
    ...real,
    as(user) {
      const own = real.as(user);
      const slowDelete = async (sessionId: string): Promise<void> => {
        begin();
        await disk;
        await own.conversations.delete(sessionId);
      };
      return { ...own, conversations: { ...own.conversations, delete: slowDelete } };
    },
  });
  const stack = await startTestStack({ tokenDelayMs: 20, overrides: { store } });
  const { session_id } = await stack.newSession();
  const path = hmiRoutes.deleteSession.path({ session_id });
  const deleted = call(stack.hmi, path, { method: "DELETE" });
  await begun;
  const { reader } = await stack.send({ message: "Count to 1000", session_id });
  await eventually(() => expect(reader.text).not.toBe(""));
  writeOn();
  expect((await deleted).json).toEqual({ status: "ok" });
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "cancelled" });
  await eventually(async () => expect(await stack.generations()).toMatchObject([{ ended: "aborted" }]));
});

test("a conversation that the gateway does not know is idle there", async () => {
  const gateway: Overrides["gateway"] = (real) => ({
    ...real,
    cancel: () => Promise.reject(new WireError("conversation_not_found", "There is none.")),
  });
  const stack = await startTestStack({ overrides: { gateway } });
  const { session_id } = await stack.newSession();
  expect((await stack.cancel(session_id)).json).toEqual({ status: "idle", session_id });
});

test("a cancel ends its own conversation and no other", async () => {
  const stack = await startTestStack({ tokenDelayMs: 5 });
  // Longer than any cancel takes.
  const a = await stack.send({ message: "Count to 1000", session_id: (await stack.newSession()).session_id });
  const b = await stack.send({ message: "Count to 20", session_id: (await stack.newSession()).session_id });
  await stack.cancel(a.sent.session_id);
  await Promise.all([a.reader.ended, b.reader.ended]);
  expect([a, b].map(({ reader }) => reader.events.at(-1))).toEqual([
    { type: "done", finish_reason: "cancelled" },
    { type: "done", finish_reason: "stop" },
  ]);
});
