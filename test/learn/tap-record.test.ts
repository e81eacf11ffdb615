import { expect, onTestFinished, test } from "vitest";
import { learnWire } from "../../src/learn/learn-wire.ts";
import { readTapRecord } from "../../src/learn/tap-record.ts";
import type { RecordedExchange } from "../../src/tap/recorded-exchange.ts";
import { startTap } from "../../src/tap/start-tap.ts";
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
