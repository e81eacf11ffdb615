import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** What an OpenAI-compatible server was asked. */
export interface OpenAiAsked {
  readonly path: string;
  readonly authorization: string | undefined;
  /** Of a POST, parsed. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface OpenAiEngine {
  readonly url: string;
  /** The requests for replies so far, oldest first. */
  readonly asked: readonly OpenAiAsked[];
}

/** An OpenAI-compatible server that replies as the test says; it has the model `m`, or whatever `models` says. */
export async function startOpenAiEngine(
  reply: (response: ServerResponse, asked: OpenAiAsked) => void,
  models: object = { object: "list", data: [{ id: "m", object: "model", created: 0, owned_by: "tests" }] },
): Promise<OpenAiEngine> {
  const asked: OpenAiAsked[] = [];
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === "/v1/models") return response.end(JSON.stringify(models));
    if (request.url !== "/v1/chat/completions") return response.writeHead(404).end('{"detail":"Not Found"}');
    const { authorization } = request.headers;
    const body = JSON.parse(await text(request)) as Record<string, unknown>;
    const call = { path: request.url, authorization, body };
    asked.push(call);
    return reply(response, call);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return { url: `http://127.0.0.1:${address.port}`, asked };
}

/** One event of such a stream. */
export function chunk(
  delta: object,
  rest: { finish_reason?: string } & Record<string, unknown> = {},
): string {
  const { finish_reason = null, ...others } = rest;
  return dataEvent({
    id: "1",
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason }],
    ...others,
  });
}

export function dataEvent(value: unknown): string {
  return `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;
}

/** The usage, in a chunk of its own, and the end. */
export const USAGE_AND_DONE =
  dataEvent({ id: "1", choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }) +
  dataEvent("[DONE]");

/** Answers with this event stream. */
export function sendEvents(response: ServerResponse, events: string): void {
  response.writeHead(200, { "content-type": "text/event-stream" }).end(events);
}

/** How long one word takes in {@link answerInWords}, in milliseconds. */
const WORD_MS = 5;

/**
 * Answers as a model would: in as many words as `max_tokens` says, one after the other, until the client leaves; whole
 * where no stream is asked for.
 */
export function answerInWords(response: ServerResponse, { body }: OpenAiAsked): void {
  const words = typeof body["max_tokens"] === "number" ? body["max_tokens"] : 1_000;
  const usage = { prompt_tokens: 3, completion_tokens: words, total_tokens: 3 + words };
  if (body["stream"] !== true) {
    const message = { role: "assistant", content: "word ".repeat(words) };
    response.end(
      JSON.stringify({ id: "1", choices: [{ index: 0, message, finish_reason: "length" }], usage }),
    );
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  let said = 0;
  const timer = setInterval(() => {
    said += 1;
    response.write(chunk({ content: "word " }));
    if (said < words) return;
    clearInterval(timer);
    response.end(
      chunk({}, { finish_reason: "length" }) + dataEvent({ choices: [], usage }) + dataEvent("[DONE]"),
    );
  }, WORD_MS);
  response.on("close", () => clearInterval(timer));
}
