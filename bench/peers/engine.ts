/**
 * An engine that costs next to nothing: `engine.ts PACE_MS` speaks as much of Ollama's wire as the gateway
 * needs, with canned tokens. With pace 0 it sends as fast as it is read; else each token says what it
 * answers, the last message's text, and when it was sent.
 */
import { createServer, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { now } from "./clock.ts";
import { drained } from "./drained.ts";
import { listen } from "./listen.ts";

interface ChatBody {
  readonly messages: readonly { readonly content: string }[];
  readonly options: { readonly num_predict: number };
}

const MODEL = "canned";
const paceMs = Number(process.argv[2]);

/** Tokens that go into one write where there is no pace. */
const SLAB = 500;
const slab = Buffer.from(line("word ").repeat(SLAB));

const server = createServer(async (request, response) => {
  if (request.url === "/api/version") return answer(response, { version: "0.0.0" });
  if (request.url === "/api/tags") return answer(response, { models: [{ name: MODEL, model: MODEL }] });
  // Between two replies it is asked how large the model's window is.
  if (request.url === "/api/ps") return answer(response, { models: [] });
  if (request.url === "/api/show") return answer(response, {});
  const { messages, options } = (await json(request)) as ChatBody;
  const tokens = options.num_predict;
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  if (paceMs === 0) await sendFast(response, tokens);
  else await sendPaced(response, tokens, messages.at(-1)?.content ?? "");
  response.end(ending(tokens));
});
listen(server);

function answer(response: ServerResponse, body: object): void {
  response.setHeader("content-type", "application/json").end(JSON.stringify(body));
}

async function sendFast(response: ServerResponse, tokens: number): Promise<void> {
  for (let left = tokens; left > 0 && !response.destroyed; left -= SLAB) {
    const bytes = left >= SLAB ? slab : line("word ").repeat(left);
    if (!response.write(bytes)) await drained(response);
  }
}

async function sendPaced(response: ServerResponse, tokens: number, message: string): Promise<void> {
  for (let sent = 0; sent < tokens && !response.destroyed; sent += 1) {
    if (sent > 0) await delay(paceMs);
    response.write(line(`${message} ${now()} `));
  }
}

function line(content: string): string {
  const message = { role: "assistant", content };
  return `${JSON.stringify({ model: MODEL, created_at: "2000-01-01T00:00:00Z", message, done: false })}\n`;
}

function ending(tokens: number): string {
  const counts = { prompt_eval_count: 1, eval_count: tokens };
  const message = { role: "assistant", content: "" };
  return `${JSON.stringify({ model: MODEL, message, done: true, done_reason: "stop", ...counts })}\n`;
}
