import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test, vi } from "vitest";
import { learnWire } from "../../src/learn/learn-wire.ts";
import { readTapRecord } from "../../src/learn/tap-record.ts";
import type { RecordedExchange } from "../../src/tap/recorded-exchange.ts";
import { startTap } from "../../src/tap/start-tap.ts";
import { CHANNEL_WIRE, startChannelChat } from "../support/channel-chat.ts";
import { EXPRESS_CHAT, startExpressChat } from "../support/express-chat.ts";
import { call } from "../support/http.ts";

test("what a tap has recorded of one message is enough to learn by", async () => {
  const exchanges: RecordedExchange[] = [];
  const upstream = await startExpressChat();
  const tap = await startTap({ upstream, onEnded: (exchange) => exchanges.push(exchange) });
  onTestFinished(() => tap.close());
  const { talk } = (await call(tap.url, "/api/talks", { method: "POST" })).json;
  await call(tap.url, `/api/talks/${talk.id}/say`, {
    method: "POST",
    body: { text: "Why are there tides?" },
    headers: { "x-api-key": "sk-hidden" },
  });
  await call(tap.url, `/api/talks/${talk.id}/lines`);
  const lines = exchanges.map((exchange) => `${JSON.stringify(exchange)}\n`).join("");
  const log = readTapRecord("chat.jsonl", lines);
  if (log === undefined) throw new Error("it is a tap's record");
  expect(lines).not.toContain("sk-hidden");
  const { wire, url, talk: said } = learnWire(log);
  const { conversation, send, rows } = EXPRESS_CHAT;
  // The record tells that there was a key, and not which.
  expect(wire).toMatchObject({ conversation, send, rows, headers: { "x-api-key": "{token}" } });
  expect(said.said).toBe("Why are there tides?");
  // The page asked the tap.
  expect(url).toBe(tap.url);
});

test("what is no record of a tap is none", () => {
  expect(readTapRecord("x", "")).toBeUndefined();
  expect(readTapRecord("x", '{"log":{}}')).toBeUndefined();
  expect(readTapRecord("x", "Hello\n")).toBeUndefined();
});

test.each([
  ["its page left it, one message", "page", 1],
  ["its page left it, two messages", "page", 2],
  ["it is open when the tap is asked", "nobody", 1],
  ["the tap is ended before it", "tap", 1],
  ["the tap is ended before it, two messages", "tap", 2],
] as const)("a stream that is open for all replies is learned from a tap: %s", async (_, whoEnds, count) => {
  const { url: upstream, readers } = await startChannelChat();
  const recorded: RecordedExchange[] = [];
  const tap = await startTap({ upstream, onEnded: (exchange) => recorded.push(exchange) });
  onTestFinished(() => tap.close());
  const page = new AbortController();
  onTestFinished(() => page.abort());
  const heard: string[] = [];
  const stream = fetch(`${tap.url}/events`, { signal: page.signal }).then(async ({ body }) => {
    for await (const bytes of body ?? []) heard.push(Buffer.from(bytes).toString());
  });
  stream.catch(() => undefined);
  await vi.waitUntil(() => readers() > 0);
  const room = randomUUID();
  for (const message of ["Why is the sea salty?", "And why are lakes not?"].slice(0, count)) {
    const said = await call(tap.url, "/say", { method: "POST", body: { room, message } });
    await vi.waitUntil(() => heard.some((text) => text.includes(`"run":${said.json.run},"over"`)));
  }
  if (whoEnds === "page") page.abort();
  if (whoEnds === "page") await vi.waitUntil(() => recorded.length > count);
  if (whoEnds === "tap") await tap.close();
  const lines = recorded.map((exchange) => JSON.stringify(exchange)).join("\n");
  const told =
    whoEnds === "nobody" ? JSON.stringify((await call(tap.url, "/stack-tap/exchanges")).json) : lines;
  const log = readTapRecord("chat.json", told);
  if (log === undefined) throw new Error("it is a tap's record");
  const { wire } = learnWire(log);
  expect(wire).toMatchObject(CHANNEL_WIRE);
});
