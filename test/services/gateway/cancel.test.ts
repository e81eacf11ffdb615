import { expect, test } from "vitest";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import { LONG_REPLY, SILENT_REPLY, startTestGateway } from "../../support/gateway.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

test("a cancel in mid-reply ends it for every reader, and the engine stops", async () => {
  const gateway = await startTestGateway();
  const message = { options: LONG_REPLY };
  const [reader, second] = [await gateway.chat(message), await gateway.chat(message)];
  await eventually(() => expect(reader.text).not.toBe(""));
  expect(await gateway.cancel()).toMatchObject({
    status: 200,
    json: { status: "cancelled", session_id: "80", message_id: "1" },
  });
  await Promise.all([reader.ended, second.ended]);
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect(shapeOf(reader.events)).toBe("started planning executing token cancelled usage done(cancelled)");
  expect(second.events).toEqual(reader.events);
  await eventually(async () => expect(await gateway.generation()).toMatchObject({ ended: "aborted" }));
  const tokens = reader.events.filter((event) => event.type === "token").length;
  expect(reader.events).toContainEqual(
    expect.objectContaining({ usage: expect.objectContaining({ completion_tokens: tokens }) }),
  );
});

test("a cancel before the first token, while the model loads, stops the load", async () => {
  const gateway = await startTestGateway({ standIn: { loadMs: 600_000 } });
  const reader = await gateway.chat();
  await eventually(async () => expect(await gateway.generations()).toHaveLength(1));
  await gateway.cancel();
  await reader.ended;
  expect(shapeOf(reader.events)).toBe("started planning executing cancelled usage done(cancelled)");
  await eventually(async () => expect(await gateway.generation()).toMatchObject({ ended: "aborted" }));
});

test("a cancel right after the request, before the engine was asked, holds", async () => {
  const gateway = await startTestGateway();
  const reader = await gateway.chat({ options: SILENT_REPLY });
  await gateway.cancel();
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "cancelled" });
});

test("a cancel in the engine's silence does not wait for its next token", async () => {
  const gateway = await startTestGateway();
  const reader = await gateway.chat({ options: SILENT_REPLY });
  await eventually(async () => expect(await gateway.generations()).toHaveLength(1));
  await gateway.cancel();
  await reader.ended;
  await eventually(async () => expect(await gateway.generation()).toMatchObject({ ended: "aborted" }));
});

test("a second cancel finds nothing to do", async () => {
  const gateway = await startTestGateway();
  await gateway.chat({ options: SILENT_REPLY });
  await gateway.cancel();
  expect((await gateway.cancel()).json).toEqual({ status: "idle", session_id: "80" });
});

test("a cancel after the end changes nothing, and does not poison the next message", async () => {
  const gateway = await startTestGateway();
  const first = await gateway.chat();
  await first.ended;
  expect((await gateway.cancel()).json.status).toBe("idle");
  const second = await gateway.chat({ message_id: "2" });
  await second.ended;
  expect([first.text, second.text]).toEqual(["1, 2, 3, 4, 5", "1, 2, 3, 4, 5"]);
});

test("the next message is taken at once after a cancel", async () => {
  const gateway = await startTestGateway();
  for (let message = 1; message <= 10; message += 1) {
    await gateway.chat({ message_id: String(message), options: LONG_REPLY });
    expect((await gateway.cancel()).json.message_id).toBe(String(message));
  }
  const last = await gateway.chat({ message_id: "last" });
  await last.ended;
  expect(last.text).toBe("1, 2, 3, 4, 5");
});

test("a conversation that only the store knows is idle; one that nobody knows is 404", async () => {
  const gateway = await startTestGateway();
  expect((await gateway.cancel("known")).json).toEqual({ status: "idle", session_id: "known" });
  expect(await gateway.cancel("unknown")).toMatchObject({
    status: 404,
    json: { error: { code: "conversation_not_found" } },
  });
});

test("any key that a conversation can have can be cancelled", async () => {
  const gateway = await startTestGateway();
  const session_id = `${"/%?#&=:;".repeat(24)}~ende`.slice(0, 200);
  await gateway.chat({ session_id, options: SILENT_REPLY });
  expect((await gateway.cancel(session_id)).json).toMatchObject({ status: "cancelled", session_id });
});

test("a cancel ends its own conversation and no other", async () => {
  const gateway = await startTestGateway({ standIn: { tokenDelayMs: 5 } });
  const [a, b] = [
    await gateway.chat({ session_id: "a", options: LONG_REPLY }),
    await gateway.chat({ session_id: "b", message_id: "2" }),
  ];
  await gateway.cancel("a");
  await Promise.all([a.ended, b.ended]);
  expect([a, b].map((reader) => reader.events.at(-1))).toEqual([
    { type: "done", finish_reason: "cancelled" },
    { type: "done", finish_reason: "stop" },
  ]);
});
