import { type IncomingHttpHeaders, type IncomingMessage, type RequestOptions, request } from "node:http";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { GenerationList, type GenerationRecord } from "../../../src/contract/engine-schemas.ts";
import { createNdjsonDecoder } from "../../../src/contract/ndjson.ts";
import {
  type RunningEngine,
  type StandInOptions,
  startStandIn,
} from "../../../src/services/stand-in-engine/start-stand-in.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A stand-in that is closed when the test ends. */
export async function startTestEngine(options?: StandInOptions): Promise<RunningEngine> {
  const engine = await startStandIn(options);
  onTestFinished(() => engine.close());
  return engine;
}

/** One call with a body as it is; over node:http, which also sends a Host of the caller's choice. */
export async function call(
  engine: RunningEngine,
  method: string,
  path: string,
  body = "",
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await open(engine, { method, path, headers }, body).answered;
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: await text(answer) };
}

export async function post(engine: RunningEngine, path: string, body: object): Promise<Answer> {
  return await call(engine, "POST", path, JSON.stringify(body));
}

/** A call whose answer is left unread, and that can be given up. */
export function open(
  engine: RunningEngine,
  options: RequestOptions,
  body: string,
): { answered: Promise<IncomingMessage>; leave(): void } {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = request(engine.url, { agent: false, ...options }, resolve);
  sent.on("error", reject);
  // Whoever leaves does not wait for the answer.
  promise.catch(() => undefined);
  sent.end(body);
  return { answered: promise, leave: () => sent.destroy() };
}

/** A chat that is left unread. */
export function openChat(engine: RunningEngine, options: object): ReturnType<typeof open> {
  return open(engine, { method: "POST", path: "/api/chat" }, JSON.stringify(chatBody({ options })));
}

/** A request for a chat, with what a test wants otherwise. */
export function chatBody(fields: object = {}): object {
  return { model: "llama3.1:8b", messages: [{ role: "user", content: "Count to 5" }], ...fields };
}

/** The objects of an NDJSON stream. */
export function lines(stream: string): Record<string, unknown>[] {
  const values: Record<string, unknown>[] = [];
  createNdjsonDecoder((value) => values.push(value as Record<string, unknown>)).push(Buffer.from(stream));
  return values;
}

/** The text that the objects of a chat stream carry. */
export function chatText(stream: string): string {
  return lines(stream)
    .map((line) => (line as { message: { content: string } }).message.content)
    .join("");
}

/** The record of the stand-in, checked against the contract. */
export async function record(engine: RunningEngine, after = 0): Promise<GenerationRecord[]> {
  const answer = await call(engine, "GET", `/stand-in/generations?after=${after}`);
  return GenerationList.parse(JSON.parse(answer.text)).generations;
}

/** The only generation so far. */
export async function onlyRecord(engine: RunningEngine): Promise<GenerationRecord> {
  const [only, ...others] = await record(engine);
  if (only === undefined || others.length > 0) throw new Error(`expected 1 record, found ${others.length}`);
  return only;
}
