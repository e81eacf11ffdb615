/** What becomes of a socket.io server that does not greet. */
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { connectSocketIo } from "../../../src/targets/drivers/socket-io-connection.ts";
import { listenOnAnyPort } from "../../support/listen.ts";
import { serveWebSockets } from "../../support/web-socket-server.ts";

const onEvent = (): void => undefined;

async function served(onText: (text: string, say: (frame: string) => void) => void): Promise<string> {
  return await serveWebSockets({
    onOpen: (socket) => socket.say('0{"sid":"engine","pingInterval":25000}'),
    onText: (text, socket) => onText(text, socket.say),
  });
}

test("it shows what it has, answers pings, and tells events with their values", async () => {
  const said: string[] = [];
  const events: unknown[] = [];
  const url = await served((text, say) => {
    said.push(text);
    if (text.startsWith("40"))
      for (const frame of ['40{"sid":"mine"}', "2", '42["hello",{"a":1},2]']) say(frame);
    if (text === "3") say("41");
  });
  const connection = await connectSocketIo({
    ...{ url, path: "/socket.io/", auth: { token: "t" }, signal: new AbortController().signal },
    onEvent: (name, values) => events.push([name, ...values]),
  });
  expect(connection.sid).toBe("mine");
  await connection.closed;
  expect(said).toEqual(['40{"token":"t"}', "3"]);
  expect(events).toEqual([["hello", { a: 1 }, 2]]);
});

test("a refusal is told in its words", async () => {
  const url = await served((_, say) => say('44{"message":"who are you"}'));
  const signal = new AbortController().signal;
  await expect(connectSocketIo({ url, path: "/socket.io/", auth: {}, signal, onEvent })).rejects.toThrow(
    /refused: .*who are you/,
  );
});

test("where nothing answers as a WebSocket, that is said", async () => {
  const url = await listenOnAnyPort(createServer((_, response) => response.end("a page")));
  const signal = new AbortController().signal;
  await expect(connectSocketIo({ url, path: "/socket.io/", auth: {}, signal, onEvent })).rejects.toThrow(
    "closed the connection before it greeted",
  );
});
