import { createServer, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../src/config/default-config.ts";
import type { WireDescription } from "../../../src/contract/wire-description.ts";
import { verify } from "../../../src/verify/verify-stack.ts";
import { listenOnAnyPort } from "../../support/listen.ts";

const WIRE: WireDescription = {
  service: "hmi",
  send: { request: "POST /say", body: { text: "{text}" } },
  stream: { framing: "sse", text: { at: "piece" }, done: { has: "end" } },
  cancel: { request: "POST /stop", body: {} },
};

/** A back end that writes one reply at a time, and tells everybody else so with status 200. */
async function startOneAtATime(): Promise<string> {
  let running: ServerResponse | undefined;
  const server = createServer(async (request, response) => {
    if (request.url === "/stop") {
      running?.end('data: {"end":"stopped"}\n\n');
      return response.setHeader("content-type", "application/json").end("{}");
    }
    if (request.url !== "/say") return response.writeHead(404).end();
    if (running?.writableEnded === false) {
      const busy = JSON.stringify({ error: "one at a time, please" });
      return response.setHeader("content-type", "application/json").end(busy);
    }
    running = response.writeHead(200, { "content-type": "text/event-stream" });
    while (!response.writableEnded && !response.destroyed) {
      response.write('data: {"piece":"word "}\n\n');
      await delay(10);
    }
    return response;
  });
  return await listenOnAnyPort(server);
}

test("where a message is refused with status 200, the claim is not judged, in the refusal's own words", async () => {
  const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire: WIRE };
  const target = { hmi: await startOneAtATime(), contract };
  const { results } = await verify({ suite: ["cancel"], grep: /^cancel\/only-its-own$/, target });
  expect(results.map(({ outcome }) => outcome)).toEqual([
    {
      verdict: "could-not-run",
      reason:
        "the other message got no reply: it ended with done (error): answered 200: one at a time, please",
    },
  ]);
});
