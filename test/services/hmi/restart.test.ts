import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import type { StreamEvent } from "../../../src/contract/event-schemas.ts";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { EVENT_STREAM_HEADERS } from "../../../src/contract/sse.ts";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import { EXECUTING, encodeAll, PLANNING, token, USAGE } from "../../support/fake-gateway.ts";
import { call } from "../../support/http.ts";
import { listenOnAnyPort } from "../../support/listen.ts";
import { type LeftReply, leaveReply, startLeftGateway, startTestHmi } from "../../support/restarted-hmi.ts";
import { ownOf } from "../../support/store.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

const COUNTED = Array.from({ length: 100 }, (_, index) => index + 1).join(", ");

async function rowOf({ store, replyId }: LeftReply) {
  return await ownOf(store).messages.find(replyId);
}

test("a reply that still runs at the gateway is taken up again, and saved whole", async () => {
  const left = await leaveReply("1, 2, 3");
  const gateway = await startLeftGateway(left, { standIn: { tokenDelayMs: 2 } });
  await eventually(() => expect(gateway.reader?.text.length).toBeGreaterThan(20));
  const hmi = await startTestHmi(left.store, gateway.url);
  const reader = await hmi.stream(left.sessionId);
  await reader.ended;
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect(reader.text).toBe(COUNTED);
  expect(await rowOf(left)).toMatchObject({ content: COUNTED, status: "complete", finish_reason: "stop" });
  expect(await gateway.generations()).toHaveLength(1);
});

test("who comes back to a reply that is being taken up gets each token once", async () => {
  const left = await leaveReply("1, 2, 3");
  const gateway = await startLeftGateway(left, { standIn: { tokenDelayMs: 2 } });
  await eventually(() => expect(gateway.reader?.text.length).toBeGreaterThan(20));
  const hmi = await startTestHmi(left.store, gateway.url);
  const seen = COUNTED.slice(0, 30);
  const headers = { "last-event-id": `${left.replyId}:3.0.${seen.length}` };
  const [stream, general] = [
    await hmi.stream(left.sessionId, headers),
    await hmi.general({ message: "Count to 100" }, headers),
  ];
  await Promise.all([stream.ended, general.ended]);
  expect([seen + stream.text, seen + general.text]).toEqual([COUNTED, COUNTED]);
});

test("a reply that has ended at the gateway meanwhile is saved as it ended, without asking the engine", async () => {
  const left = await leaveReply("1, 2, 3");
  const gateway = await startLeftGateway(left);
  await gateway.reader?.ended;
  const hmi = await startTestHmi(left.store, gateway.url);
  await eventually(async () => expect(await rowOf(left)).toMatchObject({ status: "complete" }));
  expect((await hmi.messages(left.sessionId)).at(-1)?.content).toBe(COUNTED);
  expect(await gateway.generations()).toHaveLength(1);
});

test("a reply that the gateway does not have is interrupted with what was saved, and never begun again", async () => {
  const left = await leaveReply("1, 2, 3");
  const gateway = await startLeftGateway(left, { isRunning: false });
  const hmi = await startTestHmi(left.store, gateway.url);
  const reader = await hmi.stream(left.sessionId);
  await reader.ended;
  expect(shapeOf(reader.events)).toBe("started planning executing token error error usage done(error)");
  expect(reader.text).toBe("1, 2, 3");
  expect(await rowOf(left)).toMatchObject({
    content: "1, 2, 3",
    status: "interrupted",
    error: { code: "reply_interrupted" },
  });
  expect(await gateway.generations()).toEqual([]);
  const next = await hmi.send({ message: "Count to 3", session_id: left.sessionId });
  await next.reader.ended;
  expect(next.reader.text).toBe("1, 2, 3");
});

const REFUSING = (status: number): RequestListener => {
  return (_, response) => response.writeHead(status).end('{"detail":"Not Implemented"}');
};

/** A gateway that streams some text of this message, and then is gone. */
const DYING = (messageId: string, text: string): RequestListener => {
  return (_, response) => {
    response.writeHead(200, EVENT_STREAM_HEADERS);
    response.write(encodeAll(messageId, [PLANNING, EXECUTING, token(text)]), () => response.destroy());
  };
};

test.each<[string, (replyId: string) => RequestListener, string]>([
  ["has no such GET (404)", () => REFUSING(404), "1, 2, 3"],
  ["has no such GET (405)", () => REFUSING(405), "1, 2, 3"],
  ["has no such GET (501)", () => REFUSING(501), "1, 2, 3"],
  ["hangs up", () => (request) => request.socket.destroy(), "1, 2, 3"],
  ["streams another reply", () => DYING("another", "wrong"), "1, 2, 3"],
  ["dies before it has sent what was saved", (id) => DYING(id, "1, "), "1, 2, 3"],
  ["dies after it has sent more than was saved", (id) => DYING(id, "1, 2, 3, 4"), "1, 2, 3, 4"],
])("with a gateway that %s, the reply is interrupted with what there is", async (_, listener, content) => {
  const left = await leaveReply("1, 2, 3");
  const gatewayUrl = await listenOnAnyPort(createServer(listener(left.replyId)));
  const hmi = await startTestHmi(left.store, gatewayUrl);
  const reader = await hmi.stream(left.sessionId);
  await reader.ended;
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect(reader.text).toBe(content);
  expect(await rowOf(left)).toMatchObject({ content, status: "interrupted" });
});

test("a gateway that does not answer holds nothing up but the reply itself", async () => {
  const left = await leaveReply("1, 2, 3");
  const gatewayUrl = await listenOnAnyPort(createServer(() => undefined));
  const hmi = await startTestHmi(left.store, gatewayUrl);
  expect((await call(hmi.url, hmiRoutes.live.path())).status).toBe(200);
  expect((await hmi.messages(left.sessionId)).at(-1)?.status).toBe("streaming");
  expect(await hmi.post({ message: "Too soon", session_id: left.sessionId })).toMatchObject({
    status: 409,
    json: { error: { code: "generation_in_progress" } },
  });
  const reader = await hmi.stream(left.sessionId);
  const ended = expect(reader.ended).rejects.toThrow();
  await hmi.close();
  await ended;
  expect(await rowOf(left)).toMatchObject({ content: "1, 2, 3", status: "streaming" });
});

test("a reply that is being taken up can be cancelled", async () => {
  const left = await leaveReply("1, 2, 3");
  const gateway = await startLeftGateway(left, { standIn: { tokenDelayMs: 20 } });
  const hmi = await startTestHmi(left.store, gateway.url);
  expect((await hmi.cancel(left.sessionId)).json).toMatchObject({ message_id: left.replyId });
  expect(await rowOf(left)).toMatchObject({ status: "cancelled" });
  await eventually(async () => expect(await gateway.generation()).toMatchObject({ ended: "aborted" }));
});

/** Longer than a cancel of any other reply waits for its gateway, in milliseconds. */
const LATE_MS = 700;

test("a reply that is cancelled before its gateway has told it again is saved with all that the gateway has", async () => {
  const left = await leaveReply("1, 2");
  let stream: ServerResponse | undefined;
  let isCancelled = false;
  const server = createServer((request, response) => {
    if (request.method === "GET") stream = response.writeHead(200, EVENT_STREAM_HEADERS);
    else {
      isCancelled = true;
      response.end(JSON.stringify({ status: "cancelled", session_id: left.sessionId }));
    }
  });
  const hmi = await startTestHmi(left.store, await listenOnAnyPort(server));
  await eventually(() => expect(stream).toBeDefined());
  const cancelling = hmi.cancel(left.sessionId);
  await eventually(() => expect(isCancelled).toBe(true));
  expect(await Promise.race([cancelling, delay(LATE_MS, "waits")])).toBe("waits");
  const ending: StreamEvent[] = [
    { type: "status_update", status: "cancelled" },
    USAGE,
    { type: "done", finish_reason: "cancelled" },
  ];
  stream?.end(encodeAll(left.replyId, [PLANNING, EXECUTING, token("1, 2, 3, 4"), ...ending]));
  expect((await cancelling).json).toMatchObject({ status: "cancelled", message_id: left.replyId });
  expect(await rowOf(left)).toMatchObject({ status: "cancelled", content: "1, 2, 3, 4" });
});

test("an HMI that cannot have the port judges nothing", async () => {
  const left = await leaveReply("1, 2, 3");
  const gateway = await startLeftGateway(left, { isRunning: false });
  const { port } = new URL(await listenOnAnyPort(createServer()));
  await expect(startTestHmi(left.store, gateway.url, {}, Number(port))).rejects.toThrow("EADDRINUSE");
  expect(await rowOf(left)).toMatchObject({ status: "streaming" });
});
