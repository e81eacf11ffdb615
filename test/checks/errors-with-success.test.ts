import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import type { WireDescription } from "../../src/contract/wire-description.ts";
import { verify } from "../../src/verify/verify-stack.ts";
import { listenOnAnyPort } from "../support/listen.ts";

const WIRE: WireDescription = {
  service: "hmi",
  conversation: { request: "POST /talks", told: { conversation: "id" } },
  send: { request: "POST /talks/{conversation}/say", body: { text: "{text}" } },
  stream: { framing: "sse", text: { at: "piece" }, done: { has: "end" } },
  cancel: { request: "POST /stop", body: {} },
  rows: { request: "GET /talks/{conversation}", list: "rows", text: "text", role: "role" },
  delete_conversation: { request: "DELETE /talks/{conversation}" },
};

interface Row {
  readonly role: string;
  text: string;
}

/** A back end that writes one reply at a time, of whatever conversation, and tells everybody else so with status 200. */
async function startOneAtATime(): Promise<string> {
  const talks = new Map<string, Row[]>();
  let running: ServerResponse | undefined;
  let isStopped = false;
  const write = async (response: ServerResponse, row: Row): Promise<void> => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let words = 0; words < 30 && !isStopped && !response.destroyed; words += 1) {
      row.text += "word ";
      response.write('data: {"piece":"word "}\n\n');
      await delay(10);
    }
    response.end('data: {"end":1}\n\n');
  };
  const answer = (response: ServerResponse, body: unknown): void =>
    void response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  const say = async (request: IncomingMessage, response: ServerResponse, rows: Row[]): Promise<void> => {
    const { text } = (await json(request)) as { text: string };
    if (running?.writableEnded === false) return answer(response, { error: "one at a time, please" });
    running = response;
    isStopped = false;
    const row = { role: "assistant", text: "" };
    rows.push({ role: "user", text }, row);
    return await write(response, row);
  };
  const server = createServer(async (request, response) => {
    const [, first, id = "", action] = (request.url ?? "").split("/");
    if (first === "stop") {
      isStopped = true;
      return answer(response, {});
    }
    if (id === "") {
      const made = `talk-${talks.size + 1}`;
      talks.set(made, []);
      return answer(response, { id: made });
    }
    const rows = talks.get(id) ?? [];
    return action === "say" ? await say(request, response, rows) : answer(response, { rows });
  });
  return await listenOnAnyPort(server);
}

test("where a message is refused with status 200, nobody is blamed for it: the claim is not judged, in the refusal's own words", async () => {
  const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire: WIRE };
  const target = { hmi: await startOneAtATime(), contract };
  const suite = ["cancel", "persistence", "isolation"];
  const grep = /^(cancel\/(only-its-own|slots)|persistence\/concurrent|isolation\/first-messages)$/;
  const { results } = await verify({ suite, grep, target });
  const reasons = results.map(({ id, outcome }) => [id, "reason" in outcome ? outcome.reason : outcome]);
  const refused = expect.stringMatching(/^POST \/talks\/talk-\d+\/say answered 200: one at a time, please$/);
  // Its first message may still find the reply of the claim before at work, whose stop was not waited for.
  const refusedSometime = expect.stringMatching(/answered 200: one at a time, please$/);
  expect(Object.fromEntries(reasons)).toEqual({
    "cancel/only-its-own":
      "the other message got no reply: it ended with done (error): answered 200: one at a time, please",
    "cancel/slots": refusedSometime,
    "persistence/concurrent": refused,
    "isolation/first-messages": refused,
  });
  expect(results.map(({ outcome }) => outcome.verdict)).toEqual(Array(4).fill("could-not-run"));
});
