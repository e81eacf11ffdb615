import { createServer } from "node:http";
import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import type { WireDescription } from "../../src/contract/wire-description.ts";
import { examine } from "../../src/doctor/run-doctor.ts";
import { verify } from "../../src/verify/verify-stack.ts";
import { SOCKET_CHAT } from "../support/described-chat.ts";
import { rungOf } from "../support/doctor.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { traceUrls } from "../support/trace.ts";

/** The message goes by a call, and its reply is told on a WebSocket that is open before. */
const SENT_BY_CALL: WireDescription = {
  ...SOCKET_CHAT,
  send: { request: "POST /say", body: { text: "{text}" } },
  read: { request: "WS /replies" },
};

const NO_ROOM =
  'HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: 29\r\n\r\n{"detail":"the room is full"}';

test.each([
  ["the message itself", SOCKET_CHAT, "WS /ws/"],
  ["its reply", SENT_BY_CALL, "WS /replies"],
])(
  "a WebSocket for %s that is refused is a refused call, in the server's own words",
  async (_, wire, call) => {
    const hmi = await startRefusing(NO_ROOM);
    const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire };
    const config = { ...DEFAULT_CONFIG, contract };
    const { signal } = new AbortController();
    const report = await examine({ config, env: {}, urls: { hmi }, contract, signal });
    expect(rungOf(report, "hmi/reply")).toMatchObject({
      status: "broken",
      text: expect.stringMatching(new RegExp(`^${call}\\S* answered 403: .*the room is full`)),
      problem: { code: "call_refused" },
    });
    const { diagnosis } = await traceUrls({ hmi, contract });
    expect(diagnosis).toMatchObject({
      kind: "refused",
      sentence: expect.stringContaining("403: the room is full"),
    });
  },
);

test("one that wants a token is told as that", async () => {
  const hmi = await startRefusing("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n");
  const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire: SOCKET_CHAT };
  const { signal } = new AbortController();
  const report = await examine({
    config: { ...DEFAULT_CONFIG, contract },
    env: {},
    urls: { hmi },
    contract,
    signal,
  });
  expect(rungOf(report, "hmi/reply").problem).toMatchObject({ code: "token_refused" });
});

test("verify says of one that answers a page that nothing could be asked", async () => {
  const hmi = await startRefusing("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nHello");
  const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire: SOCKET_CHAT };
  const { results, counts } = await verify({ suite: "sse", target: { hmi, contract } });
  expect(counts.broken).toBe(0);
  const reasons = results.flatMap(({ outcome }) =>
    outcome.verdict === "could-not-run" ? [outcome.reason] : [],
  );
  expect(reasons).toContainEqual(expect.stringMatching(/^WS \/ws\/\S+ answered 200: Hello$/));
  expect(String(reasons)).not.toContain("the check itself failed");
});

/** Answers calls, and each WebSocket with these words. */
async function startRefusing(words: string): Promise<string> {
  const server = createServer((_, response) => response.end("{}"));
  server.on("upgrade", (_request, socket) => socket.end(words));
  return await listenOnAnyPort(server);
}
