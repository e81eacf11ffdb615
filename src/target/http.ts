import { Agent, type Dispatcher } from "undici";
import type { StreamEvent } from "../contract/events.ts";
import { createSseDecoder, parseEventData } from "../contract/sse.ts";

/** One answered call, as it was seen. */
export interface SeenCall {
  /** `GET /api/models`, with the query. */
  readonly request: string;
  readonly status: number;
  /** The parsed JSON, or the text where it is none. */
  readonly body: unknown;
  readonly duration_ms: number;
}

/** One event of a stream, with when it arrived after the request was sent. */
export interface SeenEvent {
  readonly at_ms: number;
  readonly id: string;
  /** The event; or what the data was instead. */
  readonly event: StreamEvent | { readonly malformed: string };
}

/** One event stream, as it was seen. */
export interface SeenStream {
  readonly request: string;
  readonly status: number;
  readonly content_type: string;
  readonly events: readonly SeenEvent[];
  /** When each comment (heartbeat) arrived. */
  readonly comments_ms: readonly number[];
  /** The body where the answer was no event stream. */
  readonly body: unknown;
  /** `closed` by the server in order, `cut` in disorder, or `given-up` by us at the deadline. */
  readonly end: "closed" | "cut" | "given-up";
  readonly duration_ms: number;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Told of each event as it arrives. */
  readonly onEvent?: (event: SeenEvent) => void;
}

/** A client of one service that writes down what passes. Rejects only where there is no answer at all. */
export interface HttpClient {
  readonly url: string;
  call(method: Dispatcher.HttpMethod, path: string, options: CallOptions): Promise<SeenCall>;
  stream(method: Dispatcher.HttpMethod, path: string, options: CallOptions): Promise<SeenStream>;
  close(): Promise<void>;
}

export function createHttpClient(url: string): HttpClient {
  // No time-outs of its own: every call has a signal with the deadline that its caller chose.
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 5_000 } });
  const send = (method: Dispatcher.HttpMethod, path: string, { body, signal, headers }: CallOptions) =>
    agent.request({
      origin: url,
      method,
      path,
      signal,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    url,
    async call(method, path, options) {
      const start = performance.now();
      const answer = await send(method, path, options);
      const body = parseBody(await answer.body.text());
      return { request: `${method} ${path}`, status: answer.statusCode, body, duration_ms: since(start) };
    },
    async stream(method, path, options) {
      const start = performance.now();
      const answer = await send(method, path, options);
      const seen = await readStream(answer, start, options);
      return { request: `${method} ${path}`, status: answer.statusCode, ...seen, duration_ms: since(start) };
    },
    close: () => agent.destroy(),
  };
}

async function readStream(
  answer: Dispatcher.ResponseData,
  start: number,
  { signal, onEvent }: CallOptions,
): Promise<Pick<SeenStream, "content_type" | "events" | "comments_ms" | "body" | "end">> {
  const content_type = String(answer.headers["content-type"] ?? "");
  const events: SeenEvent[] = [];
  const comments_ms: number[] = [];
  if (!content_type.startsWith("text/event-stream")) {
    return { content_type, events, comments_ms, body: parseBody(await answer.body.text()), end: "closed" };
  }
  const decoder = createSseDecoder({
    onMessage({ id, data }) {
      const seen: SeenEvent = { at_ms: since(start), id, event: parseEventData(data) };
      events.push(seen);
      onEvent?.(seen);
    },
    onComment: () => comments_ms.push(since(start)),
  });
  let end: SeenStream["end"] = "closed";
  try {
    for await (const bytes of answer.body) decoder.push(bytes);
  } catch {
    end = signal.aborted ? "given-up" : "cut";
  }
  return { content_type, events, comments_ms, body: undefined, end };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function since(start: number): number {
  return Math.round((performance.now() - start) * 100) / 100;
}

/** The reply's text as it was streamed. */
export function textOf(stream: SeenStream): string {
  return stream.events
    .map(({ event }) => ("type" in event && event.type === "token" ? event.content : ""))
    .join("");
}
