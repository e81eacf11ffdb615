/** A page of Chainlit's, as it was seen in Chromium: it is known as one, and what its frames say is said and heard again. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { learnWire } from "../../src/learn/learn-wire.ts";
import { openNetworkLog } from "../../src/learn/open-network-log.ts";
import { tryWire } from "../../src/learn/try-wire.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { type ServerSocket, takeWebSockets } from "../support/web-socket-server.ts";

const FILE = fileURLToPath(new URL("../../fixtures/recorded/chainlit/page.har", import.meta.url));
const REPLY = `This is a stand-in for Ollama: its answers are scripted, no language model runs here. For real answers, start Ollama and point engine.url at it.

You wrote "Why is the sea salty?". This answer is scripted: it comes from a stand-in for Ollama, not from a language model.`;
const PEOPLE = { ada: "lovelace" };

test("a page of Chainlit's is known as one; beside that its login is learned, though the page polls first", () => {
  const learned = learnWire(openNetworkLog(FILE), undefined, PEOPLE);
  expect(learned).toMatchObject({
    driver: "chainlit",
    service: "hmi",
    talk: {
      said: "Why is the sea salty?",
      reply: REPLY,
    },
    unsayable: [],
  });
  expect(learned.wire).toEqual({
    login: {
      request: "POST /login",
      body: { username: "{user}", password: "{password}" },
      content_type: "multipart/form-data",
    },
    account: { request: "GET /user", id: "id" },
  });
  expect(learned.unknown.map(({ setting }) => setting)).toEqual(["login", "models"]);
});

interface Frame {
  readonly type: "send" | "receive";
  readonly data: string;
}

/** What the first visit's page and its server said to each other. */
function recordedFrames(): readonly Frame[] {
  const { entries } = JSON.parse(readFileSync(FILE, "utf8")).log as {
    readonly entries: readonly { readonly _webSocketMessages?: readonly Frame[] }[];
  };
  return entries.find(({ _webSocketMessages }) => _webSocketMessages)?._webSocketMessages ?? [];
}

/** A server that answers each frame of a page as the recorded one did: with what came until the page's next one. */
function answers(): (frame: string) => readonly string[] {
  const frames = recordedFrames();
  const sent = frames.flatMap(({ type, data }, index) => (type === "send" ? [{ data, index }] : []));
  return (frame) => {
    const start = frame.slice(0, 12);
    const at = sent.findIndex(({ data }) => data.startsWith(start));
    const [from, to] = [sent[at]?.index, sent[at + 1]?.index];
    const own = from === undefined ? [] : frames.slice(from + 1, to);
    return own.flatMap(({ type, data }) => (type === "receive" ? [data] : []));
  };
}

test("what a page of Chainlit's says is said again, and its reply is heard once, from its first piece", async () => {
  const heard: string[] = [];
  const say = (socket: ServerSocket, frames: readonly string[]): void => {
    for (const frame of frames) socket.say(frame);
  };
  const answer = answers();
  const server = createServer((request, response) => {
    const isLogin = request.url === "/login";
    response.writeHead(isLogin ? 200 : 404, {
      "set-cookie": "access_token=t",
      "content-type": "application/json",
    });
    response.end('{"success":true}');
  });
  takeWebSockets(server, {
    onOpen: (socket) => socket.say('0{"sid":"s1","upgrades":[]}'),
    onText(frame, socket) {
      heard.push(frame);
      if (frame.startsWith("40")) socket.say('40{"sid":"s2"}');
      // Its own session begins with these two, one after the other.
      else if (frame.startsWith('42["connection')) say(socket, answer('42["fetch_favorites"]'));
      else say(socket, answer(frame));
    },
  });
  const learned = learnWire(openNetworkLog(FILE), undefined, PEOPLE);
  const url = await listenOnAnyPort(server);
  const tried = await tryWire(
    { ...learned, url },
    { token: "", users: PEOPLE, signal: AbortSignal.timeout(20_000) },
  );
  expect(tried.reply).toMatchObject({
    text: REPLY,
    isDone: true,
  });
  const [auth = "", hello, message = ""] = heard;
  const { sessionId, threadId } = JSON.parse(auth.slice(2));
  expect(sessionId).toMatch(/^[\da-f-]{36}$/);
  expect(threadId).toBe(sessionId);
  expect(hello).toBe('42["connection_successful"]');
  expect(JSON.parse(message.slice(2))).toMatchObject([
    "client_message",
    { message: { name: "ada", output: "Say hello in three words.", type: "user_message" } },
  ]);
});
