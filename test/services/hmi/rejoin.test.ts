import { join } from "node:path";
import { expect, test } from "vitest";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { call } from "../../support/http.ts";
import { createdIn, startTestStack } from "../../support/stack.ts";
import { eventually, shapeOf } from "../../support/streams.ts";
import { tempFolder } from "../../support/temp.ts";

test("a second reader of a running reply gets it from its first event", async () => {
  const stack = await startTestStack({ tokenDelayMs: 10 });
  const { sent, reader } = await stack.send({ message: "Count to 5" });
  await eventually(() => expect(reader.text).not.toBe(""));
  const second = await stack.stream(sent.session_id);
  await Promise.all([reader.ended, second.ended]);
  expect(second.events).toEqual(reader.events);
});

test("a finished reply is sent again without asking the engine", async () => {
  const stack = await startTestStack();
  const { sent, reader } = await stack.send({ message: "Count to 5" });
  await reader.ended;
  const again = await stack.stream(sent.session_id);
  await again.ended;
  expect(again.events).toEqual(reader.events);
  expect(await stack.generations()).toHaveLength(1);
  expect(await stack.messages(sent.session_id)).toHaveLength(2);
});

test("a reply that is no longer kept comes from the store, in the contract's order", async () => {
  const storePath = join(tempFolder(), "chat.db");
  const first = await startTestStack({ storePath });
  const { sent, reader } = await first.send({ message: "Count to 5" });
  await reader.ended;
  await first.close();

  const stack = await startTestStack({ storePath });
  const again = await stack.stream(sent.session_id);
  await again.ended;
  expect(shapeOf(again.events)).toBe("started planning executing token complete usage done(stop)");
  expect(again.text).toBe("1, 2, 3, 4, 5");
  // What it cost is in no row.
  expect(again.events.at(-2)).toEqual({ ...reader.events.at(-2), cost_usd: null });
  expect(await stack.generations()).toEqual([]);
});

test("who comes back after a restart in the middle of the text gets the rest of it", async () => {
  const storePath = join(tempFolder(), "chat.db");
  const first = await startTestStack({ storePath });
  const { sent, reader } = await first.send({ message: "Count to 5" });
  await reader.ended;
  await first.close();

  const stack = await startTestStack({ storePath });
  const headers = { "last-event-id": `${sent.assistant_message_id}:3.0.${"1, 2".length}` };
  const rest = await stack.stream(sent.session_id, headers);
  await rest.ended;
  expect(rest.text).toBe(", 3, 4, 5");
});

test("a conversation without a reply has nothing to stream; one that is not there is 404", async () => {
  const stack = await startTestStack();
  const { session_id } = await stack.newSession();
  const answers = await Promise.all(
    [session_id, "999"].map((id) => call(stack.hmi, hmiRoutes.stream.path({ session_id: id }))),
  );
  expect(answers.map(({ status, json }) => [status, json.error.code])).toEqual([
    [409, "nothing_to_stream"],
    [404, "conversation_not_found"],
  ]);
});

test("the same client_message_id joins the reply instead of sending again", async () => {
  const stack = await startTestStack({ tokenDelayMs: 10 });
  const query = { message: "Count to 5", client_message_id: "key" };
  const first = await stack.general(query);
  await eventually(() => expect(first.text).not.toBe(""));
  const second = await stack.general(query);
  await Promise.all([first.ended, second.ended]);
  const third = await stack.general(query);
  await third.ended;
  expect([second.events, third.events]).toEqual([first.events, first.events]);
  expect(await stack.messages(createdIn(first))).toHaveLength(2);
  expect(await stack.generations()).toHaveLength(1);
});

test("the same client_message_id ten times at once is one message and one request", async () => {
  const stack = await startTestStack({ tokenDelayMs: 5 });
  const query = { message: "Count to 5", client_message_id: "key" };
  const readers = await Promise.all(Array.from({ length: 10 }, () => stack.general(query)));
  await Promise.all(readers.map((reader) => reader.ended));
  expect(new Set(readers.map((reader) => JSON.stringify(reader.events))).size).toBe(1);
  expect(await stack.generations()).toHaveLength(1);
  const { json } = await call(stack.hmi, hmiRoutes.sessions.path());
  expect(json).toMatchObject({ total: 1, sessions: [{ message_count: 2 }] });
});

test("a message that is posted twice with the same client_message_id is answered twice and saved once", async () => {
  const stack = await startTestStack({ tokenDelayMs: 5 });
  const body = { message: "Count to 5", client_message_id: "key" };
  const [first, second] = await Promise.all([stack.post(body), stack.post(body)]);
  expect(second.json).toEqual(first.json);
  const reader = await stack.stream(first.json.session_id);
  await reader.ended;
  expect((await stack.post(body)).json).toEqual(first.json);
  expect(await stack.messages(first.json.session_id)).toHaveLength(2);
  expect(await stack.generations()).toHaveLength(1);
});

test("the same client_message_id after a restart is the saved reply", async () => {
  const storePath = join(tempFolder(), "chat.db");
  const query = { message: "Count to 5", client_message_id: "key" };
  const first = await startTestStack({ storePath });
  await (await first.general(query)).ended;
  await first.close();
  const stack = await startTestStack({ storePath });
  const again = await stack.general(query);
  await again.ended;
  expect(again.text).toBe("1, 2, 3, 4, 5");
  expect(await stack.generations()).toEqual([]);
});

test("an EventSource that reconnects to general-stream does not send its message again", async () => {
  const stack = await startTestStack({ tokenDelayMs: 10 });
  const query = { message: "Count to 5" };
  const first = await stack.general(query);
  await eventually(() => expect(first.text).not.toBe(""));
  first.leave();
  const second = await stack.general(query, { "last-event-id": first.ids.at(-1) ?? "" });
  await second.ended;
  expect(first.text + second.text).toBe("1, 2, 3, 4, 5");
  const late = stack.general(query, { "last-event-id": second.ids.at(-1) ?? "" });
  await expect(late, "it has seen the end, and stops").rejects.toThrow("204");
  expect(await stack.messages(createdIn(first))).toHaveLength(2);
  expect(await stack.generations()).toHaveLength(1);
});

test("a reconnect for a reply that the conversation has moved on from gets that reply", async () => {
  const stack = await startTestStack();
  const first = await stack.general({ message: "Count to 3" });
  await first.ended;
  await (await stack.general({ message: "Count to 9" })).ended;
  const back = await stack.general({ message: "Count to 3" }, { "last-event-id": first.ids[2] ?? "" });
  await back.ended;
  expect(back.text).toBe("1, 2, 3");
  expect(await stack.generations()).toHaveLength(2);
});

test("who comes back to a conversation's stream gets the reply that it left, not the present one", async () => {
  const stack = await startTestStack();
  const { sent, reader } = await stack.send({ message: "Count to 3" });
  await reader.ended;
  await (await stack.send({ message: "Count to 9", session_id: sent.session_id })).reader.ended;
  const back = await stack.stream(sent.session_id, { "last-event-id": reader.ids[2] ?? "" });
  await back.ended;
  expect([back.text, back.events.at(-1)?.type]).toEqual(["1, 2, 3", "done"]);
});

test("the id of another conversation's reply is no place in this one", async () => {
  const stack = await startTestStack();
  const other = await stack.send({ message: "Count to 3" });
  await other.reader.ended;
  const { session_id } = await stack.newSession();
  const { reader } = await stack.send({ message: "Count to 9", session_id });
  await reader.ended;
  const back = await stack.stream(session_id, { "last-event-id": other.reader.ids.at(-1) ?? "" });
  await back.ended;
  expect(back.events).toEqual(reader.events);
});

test("a reply is read by its own name, and by that of the message that it answers", async () => {
  const stack = await startTestStack();
  const first = await stack.send({ message: "Count to 3" });
  await first.reader.ended;
  const { session_id, message_id, assistant_message_id } = first.sent;
  await (await stack.send({ message: "Count to 9", session_id })).reader.ended;
  for (const name of [message_id, assistant_message_id]) {
    const reader = await stack.stream(session_id, {}, name);
    await reader.ended;
    expect(reader.text).toBe("1, 2, 3");
    expect(reader.events[0]).toMatchObject({ message_id, assistant_message_id });
  }
});

test("a name that the conversation does not have is 404", async () => {
  const stack = await startTestStack();
  const { sent } = await stack.send({ message: "Count to 3" });
  const other = (await stack.post({ message: "Hi" })).json;
  for (const message_id of ["999", "x", other.message_id, other.assistant_message_id]) {
    const path = hmiRoutes.stream.path({ session_id: sent.session_id }, { message_id });
    expect(await call(stack.hmi, path)).toMatchObject({
      status: 404,
      json: { error: { code: "message_not_found" } },
    });
  }
});

test("who has seen the end is told that nothing follows, also of an earlier reply, and of one that is gone", async () => {
  const stack = await startTestStack();
  const { sent, reader } = await stack.send({ message: "Count to 3" });
  await reader.ended;
  const { session_id } = sent;
  const path = hmiRoutes.stream.path({ session_id });
  const headers = { "last-event-id": reader.ids.at(-1) ?? "" };
  const statusOf = async (): Promise<number> => (await call(stack.hmi, path, { headers })).status;
  expect(await statusOf()).toBe(204);
  await (await stack.send({ message: "Count to 9", session_id })).reader.ended;
  expect(await statusOf()).toBe(204);
  await stack.regenerate(session_id);
  await (await stack.stream(session_id)).ended;
  expect(await statusOf()).toBe(204);
  await stack.delete(session_id);
  expect(await statusOf()).toBe(404);
});

test("the id of a user's message is none of a reply", async () => {
  const stack = await startTestStack();
  const { sent, reader } = await stack.send({ message: "Count to 3" });
  await reader.ended;
  const back = stack.general({ message: "Hi" }, { "last-event-id": `${sent.message_id}:3.0.0` });
  await expect(back).rejects.toThrow("404");
});

test("a reconnect for a reply that is not there is refused, and sends nothing", async () => {
  const stack = await startTestStack();
  await expect(stack.general({ message: "Hi" }, { "last-event-id": "999:3.0.0" })).rejects.toThrow("404");
  expect(await stack.generations()).toEqual([]);
});

test("heartbeats come while the engine is silent", async () => {
  const stack = await startTestStack({ tokenDelayMs: 600_000, stream: { heartbeat_ms: 20 } });
  const { reader } = await stack.send({ message: "Hi" });
  await eventually(() => expect(reader.heartbeats).toBeGreaterThan(2));
});
