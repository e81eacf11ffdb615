import { text } from "node:stream/consumers";
import { Agent, type Dispatcher } from "undici";
import { addressOfUrl, isLoopback } from "../contract/address.ts";
import { bearerHeader, PROGRAM_HEADER } from "../contract/caller-headers.ts";
import type { StreamEvent } from "../contract/event-schemas.ts";
import { parseEventData } from "../contract/sse.ts";
import { createSseDecoder, EVENT_STREAM_WANTED, isEventStreamType } from "../contract/sse-decoder.ts";
import { textOfChunks as textPassed } from "../tap/recorded-exchange.ts";
import { isTooDeep } from "../text/json-depth.ts";
import { HIDDEN, withoutSecretQuery } from "../text/secret-names.ts";
import { idsStarted, recordFacts, type TimedFact } from "./drivers/reply-facts.ts";
import { knownStreamDecoder } from "./drivers/shipped-stream-formats.ts";
import type { StreamDecoderMaker } from "./drivers/stream-framings.ts";
import { type FormField, noteRequest, type RequestStep, type SignIn } from "./request-step.ts";
import { uncompressedBody } from "./uncompressed-body.ts";

/** One answered call, as it was seen. */
export interface SeenCall {
  readonly kind: "call";
  /** `GET /api/models`, with the query, in which `…` stands in place of a secret. */
  readonly request: string;
  /** When it was sent, by the clock of this machine: ISO 8601, UTC. */
  readonly sent_at: string;
  readonly status: number;
  /** Names in lower case; of a name that came several times, all values with commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON, or the text where it is none; by the contract's names. */
  readonly body: unknown;
  /** The body as the server said it, where its fields have other names than the contract's. */
  readonly said?: unknown;
  readonly duration_ms: number;
}

/** One event of a stream, with when it arrived after the request was sent. */
export interface SeenEvent {
  readonly at_ms: number;
  readonly id: string;
  /** The event; or what the data was instead. */
  readonly event: StreamEvent | { readonly malformed: string };
}

/** Bytes that arrived together, uncompressed, with when they did after the request was sent. */
export interface SeenChunk {
  readonly at_ms: number;
  /** One character a byte, so that nothing is lost where a chunk ends inside a character. */
  readonly latin1: string;
}

/** One event stream, as it was seen. */
export interface SeenStream {
  readonly kind: "stream";
  readonly request: string;
  /** When it was sent, by the clock of this machine: ISO 8601, UTC. */
  readonly sent_at: string;
  readonly status: number;
  /** Names in lower case; of a name that came several times, all values with commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly content_type: string;
  /** The bytes as they arrived, whatever they are. */
  readonly chunks: readonly SeenChunk[];
  /** None where the answer was no event stream. */
  readonly events: readonly SeenEvent[];
  /** What the stream said, in words that are no wire's own. */
  readonly facts: readonly TimedFact[];
  /** When each comment (heartbeat) arrived. */
  readonly comments_ms: readonly number[];
  /** The body where the answer was no stream of events or facts; else null. */
  readonly body: unknown;
  /** As that of a call. */
  readonly said?: unknown;
  /** `closed` by the server in order, `cut` in disorder, or `given-up` by us at the deadline. */
  readonly end: "closed" | "cut" | "given-up";
  readonly duration_ms: number;
  /** True where it was opened after its message, and could have been before: what came between nobody has read. */
  readonly isOpenedLate?: boolean;
  /** How its end is told where that was not waited for as long as it might have been, in words; left out where it was. */
  readonly unawaited?: string;
  /**
   * Why the reply may have failed although that was not told: there is a sign of it, and how failures are told is not known. Left out
   * where there is none.
   */
  readonly mayHaveFailed?: string;
  /** Other conversations whose names its frames bear, where a connection carries several. */
  readonly strayNames?: readonly string[];
  /** True where such a connection had frames that name no conversation, and may be of any. */
  readonly hasNameless?: boolean;
}

export interface CallOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, under the type of JSON, in place of `body`. */
  readonly rawBody?: string;
  /** The same by field, where `rawBody` is a form: for whoever does it again. */
  readonly form?: readonly FormField[];
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Shown with this call, where the client has another one, or none. */
  readonly token?: string;
  /** How the token, and the cookies among the headers, were come by. */
  readonly signIn?: SignIn | undefined;
  /** Told of the cookies that an answer sets: in what is written down of it they are hidden. */
  readonly onCookies?: (set: readonly string[]) => void;
  /** True of a call that is in no record of what a check has done: somebody's password is in it. */
  readonly isUnrecorded?: boolean;
  /** Told of each event as it arrives. */
  readonly onEvent?: (event: SeenEvent) => void;
  /** Told of each comment as it arrives. */
  readonly onComment?: () => void;
  /** Told of the data of each message as it arrives, whatever it is. */
  readonly onData?: (data: string) => void;
  /** How facts are read from the bytes; left out: as this house knows streams, by their type. */
  readonly makeDecoder?: StreamDecoderMaker;
  /** Told of each fact as it arrives. */
  readonly onFact?: (fact: TimedFact) => void;
}

/** A stream whose answer has begun. */
export interface OpenStream {
  readonly head: Pick<SeenStream, "request" | "sent_at" | "status" | "headers"> & {
    /** Until the answer began. */
    readonly duration_ms: number;
  };
  /** The whole stream, once it has ended in any way. Never rejects. */
  readonly ended: Promise<SeenStream>;
  /** Of a WebSocket: says something more there. False where that cannot be done any more. */
  readonly say?: (body: unknown) => boolean;
}

/** What a service can be asked with. */
export type HttpMethod = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";

/** What a stream itself told, once its answer had begun. */
export type HeardStream = Omit<SeenStream, "kind" | keyof OpenStream["head"]>;

/** A client of one service that writes down what passes. Rejects only where there is no answer at all. */
export interface HttpClient {
  readonly url: string;
  call(method: HttpMethod, path: string, options: CallOptions): Promise<SeenCall>;
  stream(method: HttpMethod, path: string, options: CallOptions): Promise<SeenStream>;
  /** The same, told as soon as its answer has begun. */
  openStream(method: HttpMethod, path: string, options: CallOptions): Promise<OpenStream>;
  close(): Promise<void>;
}

/** How a client understands what it reads, where that is not as our own services say it. */
export interface StreamHearing {
  /** Makes an event of a message's data. */
  readonly readEvent: typeof parseEventData;
  /** Changes an event's JSON before facts are read from it. */
  readonly prepare: (value: unknown) => unknown;
}

/** A client of the service at this URL; `token` goes out with every call, empty for none. */
export function createHttpClient(
  url: string,
  token = "",
  { readEvent, prepare }: StreamHearing = { readEvent: parseEventData, prepare: (value) => value },
): HttpClient {
  // No time-outs of its own: every call has a signal with the deadline that its caller chose.
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 5_000 } });
  const always = isLoopback(addressOfUrl(url).host) ? {} : PROGRAM_HEADER;
  const send = async (
    method: HttpMethod,
    path: string,
    { body, rawBody, signal, headers, token: shown = token, onCookies }: CallOptions,
  ) => {
    const sent = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await agent.request({
      origin: url,
      method,
      path,
      signal,
      headers: {
        ...(sent === undefined ? {} : { "content-type": "application/json" }),
        ...always,
        ...bearerHeader(shown),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    onCookies?.([answer.headers["set-cookie"] ?? []].flat());
    return answer;
  };
  const note = (
    method: string,
    path: string,
    { rawBody, body = rawBody, form, headers = {}, token: shown = token, signIn, isUnrecorded }: CallOptions,
    isStream: boolean,
  ): Pick<RequestStep, "status" | "answer" | "left_ms"> =>
    isUnrecorded
      ? { status: undefined, answer: undefined }
      : noteRequest({
          base: url,
          method,
          path,
          body,
          form,
          headers: { ...always, ...headers },
          isStream,
          token: shown,
          signIn,
        });
  const openStream: HttpClient["openStream"] = async (method, path, options) => {
    const step = note(method, path, options, true);
    const start = performance.now();
    const request = withoutSecretQuery(`${method} ${path}`);
    const sent_at = new Date().toISOString();
    const headers = { ...EVENT_STREAM_WANTED, ...options.headers };
    const answer = await send(method, path, { ...options, headers });
    step.status = answer.statusCode;
    const head = { request, sent_at, status: answer.statusCode, headers: headersOf(answer) };
    const read = async (): Promise<SeenStream> => {
      const seen = await readStream(answer, start, options, { readEvent, prepare });
      step.answer = seen.events.map(({ event }) => event).find(namesConversation) ?? idsStarted(seen);
      const duration_ms = since(start);
      if (seen.end === "given-up") step.left_ms = duration_ms;
      return { kind: "stream", ...head, ...seen, duration_ms };
    };
    return { head: { ...head, duration_ms: since(start) }, ended: read() };
  };
  return {
    url,
    async call(method, path, options) {
      const step = note(method, path, options, false);
      const start = performance.now();
      const sent_at = new Date().toISOString();
      const answer = await send(method, path, options);
      step.status = answer.statusCode;
      // Where a stream is asked for as browsers do, calls are answered compressed, too.
      const body = parseBody(
        await text(uncompressedBody(answer.body, headersOf(answer)["content-encoding"])),
      );
      step.answer = body;
      return {
        kind: "call",
        request: withoutSecretQuery(`${method} ${path}`),
        sent_at,
        status: answer.statusCode,
        headers: headersOf(answer),
        body,
        duration_ms: since(start),
      };
    },
    async stream(method, path, options) {
      return await (await openStream(method, path, options)).ended;
    },
    openStream,
    close: () => agent.destroy(),
  };
}

async function readStream(
  answer: Dispatcher.ResponseData,
  start: number,
  { signal, onEvent, onComment, onData, onFact, makeDecoder }: CallOptions,
  { readEvent, prepare }: StreamHearing,
): Promise<HeardStream> {
  const headers = headersOf(answer);
  const content_type = headers["content-type"] ?? "";
  const chunks: SeenChunk[] = [];
  const events: SeenEvent[] = [];
  const { facts, take } = recordFacts(() => since(start), onFact);
  const comments_ms: number[] = [];
  // What is refused is no reply: its words are in the body.
  const isAnswer = answer.statusCode >= 200 && answer.statusCode < 300;
  const makeFactDecoder = makeDecoder ?? knownStreamDecoder(content_type, prepare);
  const factDecoder = makeFactDecoder(take);
  const isEventStream = isEventStreamType(content_type);
  const decoder = createSseDecoder({
    onMessage({ id, data }) {
      const seen: SeenEvent = { at_ms: since(start), id, event: readEvent(data) };
      events.push(seen);
      onData?.(data);
      onEvent?.(seen);
    },
    onComment() {
      comments_ms.push(since(start));
      onComment?.();
    },
  });
  let end: SeenStream["end"] = "closed";
  try {
    for await (const bytes of uncompressedBody(answer.body, headers["content-encoding"])) {
      chunks.push({ at_ms: since(start), latin1: bytes.toString("latin1") });
      if (isEventStream) decoder.push(bytes);
      if (isAnswer) factDecoder.push(bytes);
    }
    factDecoder.end();
  } catch {
    end = signal.aborted ? "given-up" : "cut";
  }
  const text = isEventStream ? null : parseBody(textPassed({ chunks }));
  const body = typeof text === "string" && facts.length > 0 ? null : text;
  return { content_type, chunks, events, facts, comments_ms, body, end };
}

/** The headers of an answer, without a session of somebody's. */
export function headersOf({ headers }: Pick<Dispatcher.ResponseData, "headers">): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      // A session of somebody's has no place in a report.
      name === "set-cookie" ? HIDDEN : String(value ?? ""),
    ]),
  );
}

/** A body that is no JSON, or too deep to be gone through, as its text. */
export function parseBody(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text);
    return isTooDeep(body) ? text : body;
  } catch {
    return text;
  }
}

function since(start: number): number {
  return Math.round((performance.now() - start) * 100) / 100;
}

/** Whether an event tells which conversation the call has made. */
function namesConversation(event: SeenEvent["event"]): boolean {
  return "type" in event && event.type === "started";
}
