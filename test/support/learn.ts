import { expect, onTestFinished } from "vitest";
import { WireDescriptionSchema } from "../../src/contract/wire-description.ts";
import { readHar } from "../../src/learn/har-file.ts";
import { learnWire } from "../../src/learn/learn-wire.ts";
import type { LearnedWire } from "../../src/learn/learned-wire.ts";
import { readTapRecord } from "../../src/learn/tap-record.ts";
import { type TriedWire, tryWire } from "../../src/learn/try-wire.ts";
import type { RecordedExchange } from "../../src/tap/recorded-exchange.ts";
import { startTap } from "../../src/tap/start-tap.ts";
import { type HarEntry, harOf } from "./har.ts";

/** What is learned of a HAR with these exchanges; and that it could stand in a configuration. */
export function learn(...entries: readonly HarEntry[]): LearnedWire {
  const learned = learnWire(readHar("chat.har", harOf(...entries)));
  expect(WireDescriptionSchema.safeParse(learned.wire).error).toBeUndefined();
  return learned;
}

/** What is learned of calls that went through a tap, and what became of the message that was then sent as it says. */
export async function learnThroughTap(
  upstream: string,
  act: (url: string) => Promise<void>,
): Promise<{ readonly learned: LearnedWire; readonly tried: TriedWire }> {
  const learned = await learnFromTap(upstream, act);
  const signal = AbortSignal.timeout(20_000);
  return { learned, tried: await tryWire({ ...learned, url: upstream }, { token: "", signal }) };
}

/** What is learned of calls that went through a tap. */
export async function learnFromTap(
  upstream: string,
  act: (url: string) => Promise<void>,
): Promise<LearnedWire> {
  const exchanges: RecordedExchange[] = [];
  const tap = await startTap({ upstream, onEnded: (exchange) => exchanges.push(exchange) });
  onTestFinished(() => tap.close());
  await act(tap.url);
  const log = readTapRecord("chat.jsonl", exchanges.map((exchange) => JSON.stringify(exchange)).join("\n"));
  if (log === undefined) throw new Error("nothing passed the tap");
  const learned = learnWire(log);
  expect(WireDescriptionSchema.safeParse(learned.wire).error).toBeUndefined();
  return learned;
}

/** Asks as a page does, and reads the answer to its end. */
export async function ask(url: string, method: string, body?: BodyInit | object): Promise<Response> {
  const isJson =
    typeof body === "object" && !(body instanceof FormData) && !(body instanceof URLSearchParams);
  const response = await fetch(url, {
    method,
    ...(isJson && { headers: { "content-type": "application/json" } }),
    ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as BodyInit) }),
  });
  const whole = new Response(await response.text(), { headers: response.headers });
  return whole;
}
