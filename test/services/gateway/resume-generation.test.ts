import { expect, test } from "vitest";
import { LOCAL_USER } from "../../../src/contract/caller-headers.ts";
import { startTestGateway } from "../../support/gateway.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

test("the same message again joins its generation: one request at the engine, the same events", async () => {
  const gateway = await startTestGateway({ standIn: { tokenDelayMs: 5 } });
  const first = await gateway.chat();
  await eventually(() => expect(first.text).not.toBe(""));
  const second = await gateway.chat();
  await Promise.all([first.ended, second.ended]);
  expect(second.events).toEqual(first.events);
  expect(second.ids).toEqual(first.ids);
  expect(await gateway.generations()).toHaveLength(1);
});

test("the same message twice at once is one request at the engine", async () => {
  const gateway = await startTestGateway({ standIn: { tokenDelayMs: 5 } });
  const readers = await Promise.all([gateway.chat(), gateway.chat(), gateway.chat()]);
  await Promise.all(readers.map((reader) => reader.ended));
  expect(new Set(readers.map((reader) => reader.text))).toEqual(new Set(["1, 2, 3, 4, 5"]));
  expect(await gateway.generations()).toHaveLength(1);
});

test("the same message after its end is the same reply, not a new one", async () => {
  const gateway = await startTestGateway();
  const first = await gateway.chat();
  await first.ended;
  const second = await gateway.chat();
  await second.ended;
  expect(second.events).toEqual(first.events);
  expect(await gateway.generations()).toHaveLength(1);
});

test("a kept reply is forgotten after its time, and the conversation with it", async () => {
  const gateway = await startTestGateway({ stream: { keep_finished_ms: 1 } });
  await (await gateway.chat()).ended;
  await eventually(async () => expect((await gateway.cancel()).status).toBe(404));
});

test("who comes back with its last id gets what it lacks, each token once", async () => {
  const gateway = await startTestGateway({ standIn: { tokenDelayMs: 10 } });
  const first = await gateway.chat();
  await eventually(() => expect(first.text).not.toBe(""));
  first.leave();
  const second = await gateway.chat({}, { "last-event-id": first.ids.at(-1) ?? "" });
  await second.ended;
  expect(first.text + second.text).toBe("1, 2, 3, 4, 5");
  expect(shapeOf(second.events)).toBe("token complete usage done(stop)");
  expect(await gateway.generations()).toHaveLength(1);
});

test("who comes back to a generation that is not kept any more does not begin it again", async () => {
  const gateway = await startTestGateway({
    stream: { keep_finished_ms: 1 },
    conversations: { userOf: async () => LOCAL_USER, pendingRequest: async () => undefined },
  });
  await (await gateway.chat()).ended;
  const back = { "last-event-id": "1:3.0.4" };
  await eventually(async () => {
    await expect(gateway.chat({}, back)).rejects.toThrow("409");
  });
  expect(await gateway.generations()).toHaveLength(1);
  const next = await gateway.chat({ message_id: "2" }, back);
  await next.ended;
  expect(next.text).toBe("1, 2, 3, 4, 5");
});

test("who comes back in time finds its generation running, to its end", async () => {
  const gateway = await startTestGateway({ standIn: { tokenDelayMs: 30 }, stream: { orphan_grace_ms: 200 } });
  const first = await gateway.chat();
  await eventually(() => expect(first.text).not.toBe(""));
  first.leave();
  const second = await gateway.chat();
  await second.ended;
  expect(second.text).toBe("1, 2, 3, 4, 5");
});

test("a generation that nobody comes back to is aborted at the engine", async () => {
  const gateway = await startTestGateway({
    standIn: { tokenDelayMs: 600_000 },
    stream: { orphan_grace_ms: 20 },
  });
  const reader = await gateway.chat();
  await eventually(async () => expect(await gateway.generations()).toHaveLength(1));
  reader.leave();
  await eventually(async () => expect(await gateway.generation()).toMatchObject({ ended: "aborted" }));
});

test("one of two readers leaving is not the last one leaving", async () => {
  const gateway = await startTestGateway({ standIn: { tokenDelayMs: 20 }, stream: { orphan_grace_ms: 0 } });
  const [leaving, staying] = [await gateway.chat(), await gateway.chat()];
  leaving.leave();
  await staying.ended;
  expect(staying.events.at(-1)).toEqual({ type: "done", finish_reason: "stop" });
});
