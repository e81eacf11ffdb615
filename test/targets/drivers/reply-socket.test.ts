import { createServer } from "node:http";
import { expect, test } from "vitest";
import { ReplySocket } from "../../../src/targets/drivers/reply-socket.ts";
import { streamDecoderOf } from "../../../src/targets/drivers/stream-decoder.ts";
import { listenOnAnyPort } from "../../support/listen.ts";
import { takeWebSockets } from "../../support/web-socket-server.ts";

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
  const at = { url: await listenOnAnyPort(server), path: "/", headers: {}, token: "" };
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
