import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { NOWHERE, nextPlace } from "../../src/contract/event-id.ts";
import type { StreamEvent } from "../../src/contract/event-schemas.ts";
import type { ChatRequest } from "../../src/contract/gateway-schemas.ts";
import { gatewayRoutes } from "../../src/contract/routes.ts";
import { EVENT_STREAM_HEADERS, encodeEvent } from "../../src/contract/sse.ts";
import { createGatewayClient } from "../../src/services/hmi/gateway-client.ts";
import type { InProcessStackOptions } from "../../src/services/in-process-stack.ts";
import { listenOnAnyPort } from "./listen.ts";
import { startTestStack, type TestStack } from "./stack.ts";

/** One reply that a fake gateway was asked for. */
export interface FakeReply {
  readonly messageId: string;
  /** What it was asked by POST; undefined where by GET. */
  readonly request: ChatRequest | undefined;
  readonly response: ServerResponse;
  /** Streams these events, with ids as they should be. */
  send(...events: StreamEvent[]): void;
}

export interface FakeGateway {
  /** Streams a reply, or leaves the caller waiting. */
  readonly reply: (reply: FakeReply) => void;
  /** Answers a cancel, or leaves the caller waiting; as one that knows of nothing, where it is left out. */
  readonly cancel?: (response: ServerResponse, body: string) => void;
  readonly models?: readonly object[];
  /** Whether it has the stream's GET, as ours has it. */
  readonly hasGet?: boolean;
}

/** What a fake gateway was asked, such as `POST /chat/1/cancel`. */
export type Asked = string[];

/** A stack before a gateway that does as the test says. */
export async function stackBeforeGateway(
  gateway: FakeGateway,
  options: InProcessStackOptions & { maxReplyChars?: number } = {},
): Promise<{ stack: TestStack; asked: Asked }> {
  const asked: Asked = [];
  const server = createServer((request, response) => void answer(gateway, asked, request, response));
  const url = await listenOnAnyPort(server);
  const { maxReplyChars, ...rest } = options;
  const overrides = { ...rest.overrides, gateway: () => createGatewayClient(url, "", { maxReplyChars }) };
  return { stack: await startTestStack({ ...rest, overrides }), asked };
}

async function answer(
  gateway: FakeGateway,
  asked: Asked,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "", "http://gateway");
  const body = await text(request);
  asked.push(`${request.method} ${url.pathname}`);
  const json = (value: object): void => void response.end(JSON.stringify(value));
  if (url.pathname === gatewayRoutes.models.path()) {
    json({ status: "ok", models: gateway.models ?? [], default: defaultOf(gateway.models) });
  } else if (url.pathname.endsWith("/cancel")) {
    const idle = { status: "idle", session_id: url.pathname.split("/")[2] };
    if (gateway.cancel === undefined) json(idle);
    else gateway.cancel(response, body);
  } else if (url.pathname.startsWith("/chat/")) {
    const isGet = request.method === "GET";
    if (isGet && gateway.hasGet === false) {
      response.writeHead(404).end("{}");
      return;
    }
    const asPosted = isGet ? undefined : (JSON.parse(body) as ChatRequest);
    gateway.reply(
      fakeReply(asPosted?.message_id ?? url.searchParams.get("message_id") ?? "", asPosted, response),
    );
  } else response.writeHead(404).end("{}");
}

function fakeReply(messageId: string, request: ChatRequest | undefined, response: ServerResponse): FakeReply {
  const encode = encoderOf(messageId);
  return {
    messageId,
    request,
    response,
    send(...events) {
      if (!response.headersSent) response.writeHead(200, EVENT_STREAM_HEADERS);
      for (const event of events) response.write(encode(event));
    },
  };
}

/** Encodes the events of one reply, each with its id. */
export function encoderOf(messageId: string): (event: StreamEvent) => string {
  let place = NOWHERE;
  return (event) => {
    place = nextPlace(place, event);
    return encodeEvent({ messageId, place }, event);
  };
}

/** A whole stream of these events. */
export function encodeAll(messageId: string, events: readonly StreamEvent[]): string {
  return events.map(encoderOf(messageId)).join("");
}

function defaultOf(models: readonly object[] = []): string | null {
  const [first] = models;
  return first !== undefined && "model_id" in first ? String(first.model_id) : null;
}

/** A model of a fake gateway's list. */
export function fakeModel(model_id: string, more: object = {}): object {
  return {
    model_id,
    model_name: model_id,
    provider: "ollama",
    context_window: null,
    cost_per_1m_input: 0,
    cost_per_1m_output: 0,
    is_default: true,
    ...more,
  };
}

export const PLANNING: StreamEvent = { type: "status_update", status: "planning" };
export const EXECUTING: StreamEvent = { type: "status_update", status: "executing", detail: "m" };
export const USAGE: StreamEvent = {
  type: "usage",
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  cost_usd: 0,
  timings: null,
};
export const COMPLETE: readonly StreamEvent[] = [
  { type: "status_update", status: "complete" },
  USAGE,
  { type: "done", finish_reason: "stop" },
];
export const token = (content: string): StreamEvent => ({ type: "token", content });
export const thought = (content: string): StreamEvent => ({ type: "thinking", content });
