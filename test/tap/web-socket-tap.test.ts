import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { type RecordedExchange, textOfChunks } from "../../src/tap/recorded-exchange.ts";
import { startTap } from "../../src/tap/start-tap.ts";
import { WebSocketFrames } from "../../src/tap/web-socket-frames.ts";
import { learnThroughTap } from "../support/learn.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { serveRoutes } from "../support/routes.ts";
import { type ServerSocket, serveWebSockets, type WebSocketHandlers } from "../support/web-socket-server.ts";

async function tapOf(upstream: string) {
  const ended: RecordedExchange[] = [];
  const tap = await startTap({ upstream, onEnded: (exchange) => ended.push(exchange) });
  onTestFinished(() => tap.close());
  return { tap, ended };
}

async function tapOfSockets(handlers: WebSocketHandlers) {
  return await tapOf(await serveWebSockets(handlers));
}

/** A socket of a page's, once it is open; it ends with the test. */
async function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url.replace("http", "ws"));
  onTestFinished(() => socket.close());
  await once(socket, "open");
  return socket;
}

const textsOf = ({ chunks }: RecordedExchange["request"]): string[] =>
  chunks.map((chunk) => textOfChunks({ chunks: [chunk] }));

test("a WebSocket passes both ways, each text is written down, and its secrets are not", async () => {
  const { tap, ended } = await tapOfSockets({
    onOpen: (socket) => socket.say("Welcome"),
    onText: (text, socket) => socket.say(`You said ${text}`),
  });
  const socket = await open(`${tap.url}/live?token=hidden`);
  const came: string[] = [];
  socket.addEventListener("message", ({ data }) => came.push(data));
  const said = ["Grüße 👋", "x".repeat(300), '{"type":"auth","token":"hidden"}'];
  for (const each of said) socket.send(each);
  const answers = ["Welcome", ...said.map((each) => `You said ${each}`)];
  await expect.poll(() => came).toEqual(answers);
  socket.close();
  await expect.poll(() => ended.length).toBe(1);
  const [exchange] = ended;
  expect(exchange).toMatchObject({ method: "GET", path: "/live?token=…", status: 101, ended: "complete" });
  const [sent, got] = [exchange?.request, exchange?.response].map((part) => part && textsOf(part));
  expect(sent).toEqual([said[0], said[1], '{"type":"auth","token":"******"}']);
  expect(got).toEqual(answers);
});

test("a server that drops a WebSocket drops it at the page, too; one that is open when the tap ends is written down", async () => {
  const sockets: ServerSocket[] = [];
  const { tap, ended } = await tapOfSockets({ onOpen: (socket) => sockets.push(socket) });
  const dropped = await open(tap.url);
  const closed = once(dropped, "close");
  sockets[0]?.hangUp();
  await closed;
  expect(ended.map((exchange) => exchange.ended)).toEqual(["upstream-cut"]);
  await open(tap.url);
  await tap.close();
  expect(ended.map((exchange) => exchange.ended)).toEqual(["upstream-cut", "tap-closed"]);
});

test("what is refused of a WebSocket is refused in the upstream's words; a page of another site opens none", async () => {
  const upstream = await serveRoutes({
    "GET /live": ({ response }) => void response.writeHead(401).end("Who are you?"),
  });
  const { tap, ended } = await tapOf(upstream);
  const ask = async (headers: readonly string[]): Promise<string> => {
    const { port, host } = new URL(tap.url);
    const socket = connect(Number(port), "127.0.0.1");
    const upgrade = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"];
    const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    const lines = ["GET /live HTTP/1.1", `Host: ${host}`, ...upgrade, key, ...headers];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    return await textOf(socket);
  };
  const refused = await ask([]);
  expect(refused).toMatch(/^HTTP\/1\.1 401 /);
  expect(refused).toContain("\r\n\r\nWho are you?");
  expect(await ask(["Origin: https://evil.example"])).toMatch(/^HTTP\/1\.1 403 /);
  expect(ended).toMatchObject([{ status: 401, ended: "complete" }]);
});

test("what asks to go on by another protocol is answered without it", async () => {
  const server = createServer(async (request, response) => response.end(`got ${await textOf(request)}`));
  const { tap } = await tapOf(await listenOnAnyPort(server));
  const { port, host } = new URL(tap.url);
  const socket = connect(Number(port), "127.0.0.1");
  const upgrade = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQ"];
  const lines = ["POST /say HTTP/1.1", `Host: ${host}`, ...upgrade, "Content-Length: 5"];
  socket.write(`${lines.join("\r\n")}\r\n\r\nHe`);
  socket.write("llo");
  const answer = await textOf(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toContain("got Hello");
});

test("frames are read however their bytes are cut, with what is in pieces joined and what is no text left out", () => {
  const mask = [1, 2, 3, 4];
  const masked = (first: number, text: string): number[] => {
    const bytes = [...Buffer.from(text)];
    return [first, 0x80 | bytes.length, ...mask, ...bytes.map((byte, at) => byte ^ (mask[at % 4] ?? 0))];
  };
  const bytes = Buffer.from([
    ...masked(0x81, "Grüße"),
    ...masked(0x01, "in "),
    ...masked(0x89, "ping"),
    ...masked(0x80, "pieces"),
    ...masked(0x82, "binary"),
    ...masked(0x88, ""),
  ]);
  for (const size of [1, 2, 7, bytes.length]) {
    const texts: string[] = [];
    const frames = new WebSocketFrames((text) => texts.push(text.toString()));
    for (let at = 0; at < bytes.length; at += size) frames.take(bytes.subarray(at, at + size));
    expect(texts).toEqual(["Grüße", "in pieces"]);
    expect(frames.isClosing).toBe(true);
  }
});

test("a page that chats by a WebSocket is learned from what a tap has recorded", async () => {
  const upstream = await serveWebSockets({
    onText(_, socket) {
      for (const event of [{ op: "piece", d: "Rivers " }, { op: "piece", d: "bring salt." }, { op: "end" }]) {
        socket.say(JSON.stringify(event));
      }
    },
  });
  const { learned, tried } = await learnThroughTap(upstream, async (url) => {
    const socket = await open(`${url}/ws`);
    const ended = new Promise<void>((resolve) => {
      socket.addEventListener("message", ({ data }) => {
        if (JSON.parse(data).op === "end") resolve();
      });
    });
    socket.send(JSON.stringify({ ask: "Why is the sea salty?" }));
    await ended;
    socket.close();
    await once(socket, "close");
  });
  expect(learned.wire).toMatchObject({
    send: { request: "WS /ws", body: { ask: "{text}" } },
    stream: { framing: "websocket", type: "op", text: { of: "piece", at: "d" }, done: { of: "end" } },
  });
  expect(tried).toMatchObject({ problems: [], reply: { text: "Rivers bring salt." } });
});
