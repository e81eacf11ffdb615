import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { urlOf } from "../../../src/contract/address.ts";
import type { StreamEvent } from "../../../src/contract/event-schemas.ts";
import { createServer, listen } from "../../../src/services/http/http-server.ts";
import { EventLog } from "../../../src/services/stream/event-log.ts";
import { sendLog } from "../../../src/services/stream/send-event-stream.ts";
import { open } from "../../support/http.ts";
import { eventually, openStream, readStream, shapeOf, wholeStream } from "../../support/streams.ts";

const PLANNING: StreamEvent = { type: "status_update", status: "planning" };
const EXECUTING: StreamEvent = { type: "status_update", status: "executing" };
const DONE: StreamEvent = { type: "done", finish_reason: "stop" };
const token = (content: string): StreamEvent => ({ type: "token", content });

/** A server that sends one log to whoever asks. */
async function startSender(
  heartbeat_ms = 60_000,
  stalled_reader_ms = 60_000,
): Promise<{ url: string; log: EventLog }> {
  const log = new EventLog("m");
  const app = createServer({ host: "127.0.0.1" });
  app.get("/", (request, reply) => sendLog(request, reply, log, { heartbeat_ms, stalled_reader_ms }));
  const port = await listen(app, "127.0.0.1", 0);
  onTestFinished(() => app.close());
  return { url: urlOf({ host: "127.0.0.1", port }), log };
}

test("headers leave at once, and keep caches, proxies and compression away", async () => {
  const { url } = await startSender();
  const { headers } = await openStream(url, "/", { headers: { "accept-encoding": "gzip, br" } });
  expect(headers).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  });
  expect(headers).not.toHaveProperty("content-encoding");
});

test("each event arrives while the stream is still open", async () => {
  const { url, log } = await startSender();
  const reader = await openStream(url, "/");
  log.append(PLANNING, EXECUTING);
  await eventually(() => expect(reader.events).toHaveLength(2));
  log.append(token("a"));
  await eventually(() => expect(reader.text).toBe("a"));
});

test("the server closes the stream after done", async () => {
  const { url, log } = await startSender();
  log.append(PLANNING, EXECUTING, token("a"), DONE);
  const { events, ids } = await wholeStream(url, "/");
  expect(shapeOf(events)).toBe("planning executing token done(stop)");
  expect(ids).toEqual(["m:1.0.0", "m:3.0.0", "m:3.0.1", "m:11.0.1"]);
});

test("silence is filled with heartbeats, also before the first event", async () => {
  const { url, log } = await startSender(20);
  const reader = await openStream(url, "/");
  await eventually(() => expect(reader.heartbeats).toBeGreaterThan(1));
  log.append(PLANNING);
  const before = reader.heartbeats;
  await eventually(() => expect(reader.heartbeats).toBeGreaterThan(before + 1));
});

test("a stream that is never silent has no heartbeats", async () => {
  const { url, log } = await startSender(1_000);
  log.append(PLANNING, EXECUTING, token("a"), DONE);
  expect((await wholeStream(url, "/")).heartbeats).toBe(0);
});

test.each([
  ["m:1.0.0", "executing token done(stop)", "abc"],
  ["m:3.0.1", "token done(stop)", "bc"],
  ["m:3.0.3", "done(stop)", ""],
  ["m:8.0.3", "done(stop)", ""],
])("Last-Event-ID %s gives what follows it", async (id, shape, text) => {
  const { url, log } = await startSender();
  log.append(PLANNING, EXECUTING, token("abc"), DONE);
  const reader = await wholeStream(url, "/", { headers: { "last-event-id": id } });
  expect([shapeOf(reader.events), reader.text]).toEqual([shape, text]);
});

test("who comes back at done is answered 204 without a body, at which an EventSource stops", async () => {
  const { url, log } = await startSender();
  log.append(PLANNING, EXECUTING, token("abc"), DONE);
  const response = await open(url, "/", { headers: { "last-event-id": "m:11.0.3" } });
  expect([response.statusCode, await text(response)]).toEqual([204, ""]);
  expect(log.readerCount).toBe(0);
});

test("who comes back after done of another reply is sent this one whole", async () => {
  const { url, log } = await startSender();
  log.append(PLANNING, EXECUTING, token("abc"), DONE);
  const reader = await wholeStream(url, "/", { headers: { "last-event-id": "other:11.0.3" } });
  expect(shapeOf(reader.events)).toBe("planning executing token done(stop)");
});

test.each(["", "7", "m:3", "other:3.0.1", "m:x"])(
  "Last-Event-ID %j is no place in this stream: it is sent whole",
  async (id) => {
    const { url, log } = await startSender();
    log.append(PLANNING, EXECUTING, token("abc"), DONE);
    const reader = await wholeStream(url, "/", { headers: { "last-event-id": id } });
    expect(shapeOf(reader.events)).toBe("planning executing token done(stop)");
  },
);

test("who comes back in mid-stream gets each token once", async () => {
  const { url, log } = await startSender();
  const first = await openStream(url, "/");
  log.append(PLANNING, EXECUTING, token("ha "));
  await eventually(() => expect(first.text).toBe("ha "));
  first.leave();
  log.append(token("ha "));
  const second = await openStream(url, "/", { headers: { "last-event-id": first.ids.at(-1) ?? "" } });
  log.append(token("ha"), DONE);
  await second.ended;
  expect(first.text + second.text).toBe("ha ha ha");
});

test("who leaves is no longer waited for", async () => {
  const { url, log } = await startSender();
  const reader = await openStream(url, "/");
  expect(log.readerCount).toBe(1);
  reader.leave();
  await eventually(() => expect(log.readerCount).toBe(0));
});

test("who does not read is waited for, and then gets everything", async () => {
  const { url, log } = await startSender();
  const response = await open(url, "/");
  log.append(PLANNING, EXECUTING);
  const { room } = await fill(log);

  const reader = readStream(response);
  await room;
  log.append(DONE);
  await reader.ended;
  expect(reader.text.length).toBe(log.place.text);
});

test("who leaves without having read is no longer waited for", async () => {
  const { url, log } = await startSender();
  const response = await open(url, "/");
  const { room } = await fill(log);
  response.destroy();
  await room;
  expect(log.readerCount).toBe(0);
});

test("who takes nothing for too long is cut off, and may come back", async () => {
  const { url, log } = await startSender(60_000, 300);
  log.append(PLANNING, EXECUTING, token("x".repeat(20_000_000)));
  const response = await open(url, "/");
  await eventually(() => expect(log.readerCount).toBe(0));
  response.destroy();
  const id = `m:3.0.${log.place.text - 1_000}`;
  log.append(DONE);
  const reader = await wholeStream(url, "/", { headers: { "last-event-id": id } });
  expect(reader.text).toHaveLength(1_000);
  expect(shapeOf(reader.events)).toBe("token done(stop)");
});

test("who takes nothing of a whole reply is cut off, too", async () => {
  const { url, log } = await startSender(60_000, 300);
  log.append(PLANNING, EXECUTING, token("x".repeat(20_000_000)), DONE);
  const response = await open(url, "/");
  await eventually(() => expect(log.readerCount).toBe(0));
  response.destroy();
});

/** Appends until every buffer on the way is full and the writer has to wait for room. */
async function fill(log: EventLog): Promise<{ room: Promise<void> }> {
  const piece = "x".repeat(64 * 1024);
  for (;;) {
    log.append(token(piece));
    const room = log.room();
    const hasRoom = await Promise.race([room.then(() => true), manyTurns()]);
    if (!hasRoom) return { room };
  }
}

/** Turns of the event loop in which sockets take what they can. */
async function manyTurns(): Promise<false> {
  for (let turn = 0; turn < 100; turn += 1) await setImmediate();
  return false;
}
