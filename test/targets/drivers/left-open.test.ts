import { createServer } from "node:http";
import { expect, onTestFinished, test, vi } from "vitest";
import { lastFact } from "../../../src/targets/drivers/reply-facts.ts";
import { describedChatAt } from "../../support/described-chat.ts";
import { listenOnAnyPort } from "../../support/listen.ts";

const place = { modelId: null, options: {} };
const signal = new AbortController().signal;

test("a stream that is left open after its end is waited for once, and then left soon", async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write('data: {"d":"Hello"}\n\ndata: {"end":true}\n\n');
  });
  const chat = describedChatAt(await listenOnAnyPort(server), {
    service: "hmi",
    send: { request: "POST /say", body: { text: "{text}" } },
    stream: { framing: "sse", text: { at: "d" }, done: { has: "end" } },
  });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  for (const [waited, left] of [
    [4_999, 1],
    [499, 1],
  ] as const) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sent = await chat.send({ place, conversation: null, text: "Hi" }, signal);
    let isOver = false;
    const ended = sent
      .read({ signal, onFact: ({ kind }) => kind === "done" && resolve() })
      .ended.finally(() => {
        isOver = true;
      });
    await promise;
    await vi.advanceTimersByTimeAsync(waited);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(left);
    const seen = await ended;
    expect(seen.end).toBe("given-up");
    expect(lastFact(seen, "done")).toBeDefined();
  }
});
