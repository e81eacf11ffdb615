import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { STEP, stepOf } from "../../src/contract/event-id.ts";
import type { StreamEvent } from "../../src/contract/event-schemas.ts";
import { encodeEvent } from "../../src/contract/sse.ts";
import { type FollowOutcome, followReply } from "../../web/follow-reply.ts";
import { HmiConnection } from "../../web/hmi-connection.ts";
import { retryDelayMs } from "../../web/reconnect-delay.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

test("hands out every event up to done", async () => {
  const { followed, text } = await follow([(response) => response.end(at(0, PLANNING) + AB + DONE)]);
  expect(await followed).toBe("ended");
  expect(text()).toBe("ab");
});

test("comes back after a cut, for what follows the last event", async () => {
  const { followed, text, requests } = await follow([
    (response) => response.write(at(0, PLANNING) + at(1, token("a")), () => response.destroy()),
    (response) => response.end(at(2, token("b")) + DONE),
  ]);
  expect(await followed).toBe("ended");
  expect(text()).toBe("ab");
  expect(requests.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "7:3.0.1"]);
});

test("takes each token once, also from a server that ignores where it was", async () => {
  const { followed, text } = await follow([
    (response) => response.write(at(1, token("a")), () => response.destroy()),
    (response) => response.end(at(3, token("abc")) + DONE),
  ]);
  await followed;
  expect(text()).toBe("abc");
});

test("joins where the text that is there already ends", async () => {
  const { followed, requests } = await follow([(response) => response.end(DONE)], {
    length: { thinking: 0, text: 2 },
  });
  await followed;
  expect(requests[0]?.headers["last-event-id"]).toBe("7:3.0.2");
});

test("says how long it waits, and that it is back", async () => {
  const { followed, told } = await follow([
    (response) => response.destroy(),
    (response) => response.writeHead(503).end("{}"),
    (response) => response.end(DONE),
  ]);
  await followed;
  expect(told).toEqual(["lost 500", "lost 1000", "restored"]);
});

test("gives up where the HMI refuses", async () => {
  const body = JSON.stringify({ error: { code: "conversation_not_found", message: "No such." } });
  const { followed } = await follow([(response) => response.writeHead(404).end(body)]);
  await expect(followed).rejects.toMatchObject({ code: "conversation_not_found", status: 404 });
});

test("gives up where something is no event", async () => {
  const { followed } = await follow([(response) => response.end('data: {"type":"token"}\n\n')]);
  await expect(followed).rejects.toMatchObject({ code: "bad_stream" });
});

test("takes nothing of another reply", async () => {
  const other = encodeEvent(
    { messageId: "9", place: { step: STEP.executing, thinking: 0, text: 1 } },
    token("x"),
  );
  const { followed, text } = await follow([(response) => response.end(other)]);
  expect(await followed).toBe("superseded");
  expect(text()).toBe("");
});

test("closes its connection when it is left", async () => {
  const leave = new AbortController();
  const { followed, requests } = await follow([(response) => response.write(AB)], {
    signal: leave.signal,
    onEvents: () => leave.abort(),
  });
  expect(await followed).toBe("left");
  await expect.poll(() => requests[0]?.socket.destroyed).toBe(true);
});

describe("the public SSE suites' cases about connections", () => {
  const cut = (text: string) => (response: ServerResponse) => response.write(text, () => response.destroy());
  const end = (text: string) => (response: ServerResponse) => response.end(text);

  test("tests_http_behavior.go: default method and headers; wpt request-accept", async () => {
    const { followed, requests } = await follow([end(DONE)]);
    await followed;
    expect(requests[0]).toMatchObject({
      method: "GET",
      headers: { accept: "text/event-stream", "cache-control": "no-cache" },
    });
    expect(requests[0]?.headers).not.toHaveProperty("last-event-id");
  });

  test("tests_reconnection.go: sends ID of last received event that had an ID if later events did not", async () => {
    const noId = `data: ${JSON.stringify(PLANNING)}\n\n`;
    const { followed, requests } = await follow([cut(at(1, token("a")) + noId), end(DONE)]);
    await followed;
    expect(requests[1]?.headers["last-event-id"]).toBe("7:3.0.1");
  });

  test("tests_reconnection.go: discards partial messages on retry; wpt format-data-before-final-empty-line", async () => {
    const { followed, text, requests } = await follow([
      cut(at(1, token("a")) + at(2, token("b")).trimEnd()),
      end(at(2, token("b")) + DONE),
    ]);
    await followed;
    expect(text()).toBe("ab");
    expect(requests[1]?.headers["last-event-id"]).toBe("7:3.0.1");
  });

  test("tests_reconnection.go: new connection established after breaking previous is functional", async () => {
    const { followed, text } = await follow([
      cut(at(1, token("a")).slice(0, -1)),
      cut(`\ufeff${at(1, token("a"))}`),
      end(`\ufeff${at(2, token("b"))}${DONE}`),
    ]);
    expect(await followed).toBe("ended");
    expect(text()).toBe("ab");
  });

  test.each([301, 307])("tests_http_behavior.go: client follows %d redirect", async (status) => {
    const { followed, text } = await follow([
      (response) => response.writeHead(status, { location: "/elsewhere" }).end(),
      end(AB + DONE),
    ]);
    expect(await followed).toBe("ended");
    expect(text()).toBe("ab");
  });

  test("tests_http_behavior.go: client handles missing Location header with 301 status", async () => {
    const { followed } = await follow([(response) => response.writeHead(301).end()]);
    await expect(followed).rejects.toMatchObject({ status: 301 });
  });

  test.each([404, 410])("wpt request-status-error.window.js: %d ends it", async (status) => {
    const { followed } = await follow([(response) => response.writeHead(status).end("{}")]);
    await expect(followed).rejects.toMatchObject({ status });
  });
});

test("waits longer after each failure, up to 10 s", () => {
  expect([0, 1, 2, 3, 4, 5, 99].map(retryDelayMs)).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

const PLANNING: StreamEvent = { type: "status_update", status: "planning" };
const AB = at(1, token("a")) + at(2, token("b"));
const DONE = at(2, { type: "done", finish_reason: "stop" });

function token(content: string): StreamEvent {
  return { type: "token", content };
}

/** An event of the reply 7, after this many characters of its text. */
function at(text: number, event: StreamEvent): string {
  const step = stepOf(event) ?? STEP.executing;
  return encodeEvent({ messageId: "7", place: { step, thinking: 0, text } }, event);
}

interface Followed {
  followed: Promise<FollowOutcome>;
  text(): string;
  requests: IncomingMessage[];
  told: string[];
}

/** Follows reply 7 at a server that answers each request with the next of these. */
async function follow(
  answers: ((response: ServerResponse) => unknown)[],
  options: { length?: { thinking: number; text: number }; signal?: AbortSignal; onEvents?: () => void } = {},
): Promise<Followed> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answers[requests.length - 1]?.(response);
  });
  closing.push(() => server.close().closeAllConnections());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const events: StreamEvent[] = [];
  const told: string[] = [];
  const followed = followReply({
    connection: new HmiConnection({
      origin: `http://127.0.0.1:${port}`,
      token: "",
      onUnauthorized: () => told.push("unauthorized"),
    }),
    sessionId: "1",
    messageId: "7",
    length: options.length ?? { thinking: 0, text: 0 },
    signal: options.signal ?? new AbortController().signal,
    onEvents: (arrived) => {
      events.push(...arrived);
      options.onEvents?.();
    },
    onLost: (retryInMs) => told.push(`lost ${retryInMs}`),
    onRestored: () => told.push("restored"),
  });
  const text = (): string => events.map((event) => (event.type === "token" ? event.content : "")).join("");
  return { followed, text, requests, told };
}
