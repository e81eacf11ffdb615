import { createServer } from "node:http";
import { expect, test } from "vitest";
import { textOf } from "../../../src/targets/drivers/reply-facts.ts";
import { ReplySocket } from "../../../src/targets/drivers/reply-socket.ts";
import { streamDecoderOf } from "../../../src/targets/drivers/stream-decoder.ts";
import { listenOnAnyPort } from "../../support/listen.ts";
import { serveWebSockets, takeWebSockets } from "../../support/web-socket-server.ts";

test("a server that does not answer that its reader has left is left all the same, and sees it", async () => {
  const gone = Promise.withResolvers<void>();
  const server = createServer();
  takeWebSockets(server, {
    onText(_, socket) {
      socket.say('{"text":"Hello"}');
      // From here on it is busy, and reads nothing.
      socket.request.socket.removeAllListeners("data");
      socket.request.socket.on("end", () => gone.resolve()).resume();
    },
  });
  const leaving = new AbortController();
  const at = { url: await listenOnAnyPort(server), path: "/", headers: {} };
  const { ended } = await new ReplySocket({ ...at, framing: "websocket" }).hear({
    body: { ask: "Hi" },
    conversation: null,
    makeDecoder: streamDecoderOf({ framing: "websocket", text: { at: "text" } }),
    signal: leaving.signal,
    onFact: () => leaving.abort(),
  });
  expect(await ended).toMatchObject({ end: "given-up", facts: [{ kind: "text", text: "Hello" }] });
  await gone.promise;
});

/** A server of socket.io's that greets with words, and with the end of what nobody began; a message answers the last frame before it. */
async function greetingServer(): Promise<{ readonly url: string; readonly heard: string[] }> {
  const heard: string[] = [];
  const server = createServer();
  takeWebSockets(server, {
    onOpen: (socket) => socket.say('0{"sid":"1"}'),
    onText(text, socket) {
      heard.push(text);
      if (text.startsWith("40")) socket.say('40{"sid":"2"}');
      if (text === '42["hello"]') {
        for (const event of [["said", "Welcome."], ["began", { chat: "7" }], ["end"]]) {
          socket.say(`42${JSON.stringify(event)}`);
        }
      }
      if (text.startsWith('42["say"')) {
        for (const event of [["said", "Rivers."], ["end"]]) socket.say(`42${JSON.stringify(event)}`);
      }
    },
  });
  return { url: await listenOnAnyPort(server), heard };
}

test("what a server says to the frames before a message is no reply, but for the names that it tells", async () => {
  const { url, heard } = await greetingServer();
  const socket = new ReplySocket({
    url,
    path: "/socket.io/",
    headers: {},
    framing: "socket.io",
    auth: { session: "s1" },
    before: [["hello"]],
  });
  const { ended } = await socket.hear({
    body: ["say", { text: "Hi" }],
    conversation: null,
    makeDecoder: streamDecoderOf({
      framing: "socket.io",
      type: "@event",
      started: { of: "began", conversation: "chat" },
      text: { of: "said", at: "" },
      done: { of: "end" },
    }),
    signal: AbortSignal.timeout(10_000),
  });
  const { facts, end } = await ended;
  expect(heard.slice(0, 3)).toEqual(['40{"session":"s1"}', '42["hello"]', '42["say",{"text":"Hi"}]']);
  expect(facts.map(({ at_ms: _, ...fact }) => fact)).toEqual([
    { kind: "started", conversation: "7", message: null, reply: null },
    { kind: "text", text: "Rivers." },
    { kind: "done", reason: null },
  ]);
  expect(end).toBe("closed");
});

test("a WebSocket is opened by the subprotocol that it is asked for, and by a frame that is answered before the message", async () => {
  const said: string[] = [];
  let isAcknowledged = false;
  const url = await serveWebSockets({
    onText(text, socket) {
      said.push(`${socket.request.headers["sec-websocket-protocol"]}: ${text}`);
      if (text.includes("init")) {
        return void setTimeout(() => {
          isAcknowledged = true;
          socket.say('{"type":"ack","text":"welcome"}');
        }, 20);
      }
      // As graphql-transport-ws does: who asks before it was let in is refused.
      if (!isAcknowledged) return socket.hangUp();
      socket.say('{"type":"next","text":"Hello"}');
      socket.say('{"type":"complete"}');
    },
  });
  const socket = new ReplySocket({
    url,
    path: "/graphql",
    headers: {},
    framing: "websocket",
    protocol: "graphql-transport-ws",
    before: [{ type: "init" }],
  });
  const { ended } = await socket.hear({
    body: { type: "subscribe" },
    conversation: null,
    makeDecoder: streamDecoderOf({
      framing: "websocket",
      type: "type",
      text: { of: "next", at: "text" },
      done: { of: "complete" },
    }),
    signal: AbortSignal.timeout(10_000),
  });
  expect(textOf(await ended)).toBe("Hello");
  expect(said).toEqual([
    'graphql-transport-ws: {"type":"init"}',
    'graphql-transport-ws: {"type":"subscribe"}',
  ]);
});
