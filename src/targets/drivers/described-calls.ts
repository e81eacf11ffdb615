import { bearerHeader } from "../../contract/caller-headers.ts";
import { methodAndPath } from "../../contract/method-and-path.ts";
import type { BodyType, WireDescription } from "../../contract/wire-description.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type {
  CallOptions,
  HttpClient,
  HttpMethod,
  OpenStream,
  SeenCall,
  SeenStream,
} from "../http-client.ts";
import { BufferedFacts } from "./buffered-facts.ts";
import type { CallerSession, ShownByCaller } from "./caller-session.ts";
import { startCancellableReading } from "./cancellable-reading.ts";
import { channelDecoderOf, type ReplyNaming } from "./channel-decoder.ts";
import type { Reading, ReadOptions } from "./chat-client.ts";
import { encodeBody } from "./encode-body.ts";
import { failureByAnswer } from "./error-with-success.ts";
import { fillBody, fillHeaders, fillPath, type PlaceholderValues } from "./fill-placeholders.ts";
import { hasPlaceholder } from "./has-placeholder.ts";
import { idToldBy } from "./json-place.ts";
import { openPolledStream, pollsEveryMs } from "./polled-stream.ts";
import type { TimedFact } from "./reply-facts.ts";
import { AFTER_END_MS, ReplySocket, type ReplySocketOptions } from "./reply-socket.ts";
import { streamDecoderOf } from "./stream-decoder.ts";
import type { StreamDecoderMaker } from "./stream-framings.ts";

/** A service, and how its calls are described. */
export interface DescribedService {
  readonly wire: WireDescription;
  /** Of the service that messages are sent to. */
  readonly client: HttpClient;
  /** Who calls. */
  readonly session: CallerSession;
}

/** A call as a description has it, with placeholders in it. */
export interface DescribedCall {
  readonly request: string;
  readonly body?: unknown;
  readonly content_type?: BodyType | undefined;
  readonly headers?: WireDescription["headers"];
  readonly told?: WireDescription["send"]["told"];
  readonly protocol?: string | undefined;
  readonly before?: WireDescription["send"]["before"];
  readonly auth?: WireDescription["send"]["auth"];
}

/** A stream that has begun, before anybody listens. */
interface BegunStream extends OpenStream {
  /** Whoever listens is told first what came before. */
  read(options: ReadOptions): Reading;
  leave(): void;
}

/** Makes the calls of a description. One whose path needs an id that was not told throws {@link NotObservable}. */
export class DescribedCalls {
  readonly #service: DescribedService;
  readonly #makeDecoder: StreamDecoderMaker;
  /** Whether a stream was left open after its end: that is waited for once. */
  #isLeftOpen = false;
  /** A WebSocket on which several replies are heard. */
  #sharedSocket: ReplySocket | undefined;

  constructor(service: DescribedService) {
    this.#service = service;
    this.#makeDecoder = streamDecoderOf(service.wire.stream);
  }

  async call(call: DescribedCall, values: PlaceholderValues, signal: AbortSignal): Promise<SeenCall> {
    const { client, session } = this.#service;
    return await session.ask(
      async (shown) => {
        const { method, path } = callIn(call.request, { ...values, ...callerPlaceholders(shown) });
        return await client.call(method, path, { signal, ...this.#sent(call, values, shown) });
      },
      (answer) => answer,
    );
  }

  /** The pages of a list, each with the cursor that the one before told; where it tells none, there is one. */
  async *pages(
    listing: DescribedCall & { readonly next?: string | undefined },
    values: PlaceholderValues,
    signal: AbortSignal,
  ): AsyncGenerator<SeenCall> {
    let cursor: string | null = null;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const request: string = cursor === null ? withoutCursor(listing.request) : listing.request;
      const answer = await this.call(
        { ...listing, request },
        { ...values, cursor: cursor ?? undefined },
        signal,
      );
      yield answer;
      const next: string | null = listing.next === undefined ? null : idToldBy(answer, listing.next);
      if (next === null || next === cursor) return;
      cursor = next;
    }
  }

  /**
   * Opens a stream, and keeps what comes until somebody listens. `after` is told of the whole, and may add to it; `named`
   * tells which reply is meant, where the stream has those of others, too.
   */
  async begin(
    call: DescribedCall,
    values: PlaceholderValues,
    signal: AbortSignal,
    { after = (seen) => seen, ...options }: BeginOptions = {},
  ): Promise<BegunStream> {
    const left = new AbortController();
    const early = new BufferedFacts();
    const opened = await this.#open(call, values, {
      ...options,
      signal: AbortSignal.any([signal, left.signal]),
      onFact: early.take,
    });
    const ended = opened.ended.then(after);
    return {
      ...opened,
      ended,
      read: (options) => early.reading(ended, left, options),
      leave: () => left.abort(),
    };
  }

  /** Opens a stream for somebody who listens; `onOpened` is told once it is open. */
  read(
    call: DescribedCall,
    values: PlaceholderValues,
    { signal, onFact }: ReadOptions,
    { named, onOpened }: { named?: ReplyNaming; onOpened?: (stream: OpenStream) => void } = {},
  ): Reading {
    return startCancellableReading(async (until) => {
      const stream = await this.#open(call, values, { signal: until, named, ...(onFact && { onFact }) });
      onOpened?.(stream);
      return await stream.ended;
    }, signal);
  }

  /** A frame for a WebSocket that is open. Throws {@link NotObservable} where it needs an id that was not told. */
  frame(template: unknown, values: PlaceholderValues): unknown {
    requireToldIds("what is said to end a reply", template, values);
    return fillBody(template, { ...values, ...callerPlaceholders(this.#service.session.shown) });
  }

  /** Says a frame on a WebSocket of its own, on which nothing is heard. */
  async sayFrame(call: DescribedCall, frame: unknown, signal: AbortSignal): Promise<void> {
    const { session } = this.#service;
    const socket = new ReplySocket(this.#socketOptions(session.shown, call, {}));
    await socket.sayAndLeave(frame, signal);
  }

  async #open(call: DescribedCall, values: PlaceholderValues, options: OpenOptions): Promise<OpenStream> {
    const { session, wire } = this.#service;
    const makeDecoder = this.#makeDecoder;
    const every_ms = pollsEveryMs(wire);
    if (every_ms !== undefined) {
      const ask = (): Promise<SeenCall> => this.call(call, values, options.signal);
      const tellsEnd = wire.stream.done !== undefined;
      return await openPolledStream({ ...options, ask, makeDecoder, tellsEnd, every_ms });
    }
    const stream = await session.ask(
      (shown) => this.#openAs(shown, call, values, options),
      (stream) => stream.head,
    );
    return { ...stream, ended: stream.ended.then((seen) => withEnd(seen, wire.stream)) };
  }

  async #openAs(
    shown: ShownByCaller,
    call: DescribedCall,
    values: PlaceholderValues,
    options: OpenOptions,
  ): Promise<OpenStream> {
    const { client, wire } = this.#service;
    const { named } = options;
    const isChannel = wire.stream.channel !== undefined && named !== undefined;
    const makeDecoder = isChannel ? channelDecoderOf(wire.stream, named) : this.#makeDecoder;
    const filling = { ...values, ...callerPlaceholders(shown) };
    const { method, path } = callIn<HttpMethod | "WS">(call.request, filling);
    if (method !== "WS") {
      const sent = this.#sent(call, values, shown);
      return await this.#untilClosed(
        options,
        (limited) => client.openStream(method, path, { ...limited, makeDecoder, ...sent }),
        isChannel,
      );
    }
    const socket = this.#socketFor(this.#socketOptions(shown, call, values), options);
    const { conversation } = values;
    return await socket.hear({
      ...options,
      body: filledIn(call, filling),
      conversation: typeof conversation === "string" ? conversation : null,
      makeDecoder,
    });
  }

  /** A WebSocket of its own; or the one on which others are being heard, where that is wished. */
  #socketFor(at: ReplySocketOptions, { isShared = false, named }: OpenOptions): ReplySocket {
    // What `read` opens is told apart by its decoder.
    const { names: _, ...alone } = at;
    if (named !== undefined) return new ReplySocket(alone);
    if (!isShared || at.names === undefined) return new ReplySocket(at);
    if (this.#sharedSocket?.isHeld !== true) this.#sharedSocket = new ReplySocket(at);
    return this.#sharedSocket;
  }

  #socketOptions(shown: ShownByCaller, call: DescribedCall, values: PlaceholderValues): ReplySocketOptions {
    const { client, wire } = this.#service;
    const { stream } = wire;
    const filling = { ...values, ...callerPlaceholders(shown) };
    return {
      url: client.url,
      path: callIn<HttpMethod | "WS">(call.request, filling).path,
      signIn: shown.options.signIn,
      headers: { ...bearerHeader(shown.options.token ?? ""), ...this.#headers(call, filling, shown) },
      framing: stream.framing === "socket.io" ? "socket.io" : "websocket",
      protocol: call.protocol,
      before: call.before?.map((frame) => fillBody(frame, filling)),
      auth: authIn(call, filling),
      names: stream.channel === undefined ? undefined : stream,
    };
  }

  /**
   * Opens a stream that is left, and so is `given-up`, where it is still open some time after its end was told: a channel
   * that is there for the next reply, too, is never closed.
   */
  async #untilClosed(
    options: OpenOptions,
    open: (options: Omit<OpenOptions, "named">) => Promise<OpenStream>,
    isChannel: boolean,
  ): Promise<OpenStream> {
    const left = new AbortController();
    let closing: NodeJS.Timeout | undefined;
    const leave = (): void => {
      this.#isLeftOpen = true;
      left.abort();
    };
    const stream = await open({
      signal: AbortSignal.any([options.signal, left.signal]),
      onFact: (fact) => {
        options.onFact?.(fact);
        if (fact.kind !== "done") return;
        clearTimeout(closing);
        const patience = this.#isLeftOpen ? CLOSE_AGAIN_MS : CLOSE_MS;
        closing = setTimeout(leave, isChannel ? AFTER_END_MS : patience);
      },
    });
    const ended = stream.ended.finally(() => clearTimeout(closing));
    // It is there for the next reply, too: this one has ended.
    const inOrder = (seen: SeenStream): SeenStream =>
      isChannel && left.signal.aborted ? { ...seen, end: "closed" } : seen;
    return { ...stream, ended: ended.then(inOrder) };
  }

  /** What goes out with a call: its headers and its body. */
  #sent(
    call: DescribedCall,
    values: PlaceholderValues,
    shown: ShownByCaller,
  ): Pick<CallOptions, "body" | "rawBody" | "form" | "headers" | keyof ShownByCaller["options"]> {
    const filling = { ...values, ...callerPlaceholders(shown) };
    const { headers, ...body } = encodeBody(filledIn(call, filling), call.content_type);
    return { ...body, ...shown.options, headers: { ...headers, ...this.#headers(call, filling, shown) } };
  }

  #headers(
    { headers }: DescribedCall,
    values: PlaceholderValues,
    shown: ShownByCaller,
  ): Record<string, string> {
    const filled = fillHeaders(this.#service.wire.headers, values);
    return shown.headersWith({ ...filled, ...fillHeaders(headers, values) });
  }
}

function callerPlaceholders({
  token,
  user,
  login,
}: ShownByCaller): Pick<PlaceholderValues, "token" | "user" | "login"> {
  return { token, login, ...(user !== "" && { user }) };
}

function filledIn({ body }: DescribedCall, values: PlaceholderValues): unknown {
  return body === undefined ? undefined : fillBody(body, values);
}

/** What is shown to socket.io, whose pages cannot send headers: the token, unless the call says what. */
function authIn({ auth }: DescribedCall, values: PlaceholderValues): unknown {
  if (auth !== undefined) return fillBody(auth, values);
  return values.token === "" || values.token === undefined ? undefined : { token: values.token };
}

/** How long a server may take to close a stream after its end was told, in milliseconds; ... */
const CLOSE_MS = 5_000;

/** ... and this long where it was waited for in vain. */
const CLOSE_AGAIN_MS = 500;

interface BeginOptions extends Partial<Pick<OpenOptions, "named" | "isShared">> {
  readonly after?: (seen: SeenStream) => SeenStream;
}

interface OpenOptions {
  /** Whether it is heard on a WebSocket on which others are, too, where the wire has such. */
  readonly isShared?: boolean | undefined;
  /** Which reply is meant, where a stream has those of others, too. */
  readonly named?: ReplyNaming | undefined;
  readonly signal: AbortSignal;
  readonly onFact?: (fact: TimedFact) => void;
}

/** Where nothing else tells the end of a reply, that its stream was closed in order does, or an answer that tells an error. */
function withEnd(stream: SeenStream, { done }: WireDescription["stream"]): SeenStream {
  const failure = failureByAnswer(stream);
  const isOver = done === undefined && stream.end === "closed" && stream.status < 300;
  if (!isOver && failure === undefined) return stream;
  const end: TimedFact = { kind: "done", reason: null, at_ms: stream.duration_ms };
  return { ...stream, facts: [...stream.facts, ...(failure === undefined ? [] : [failure]), end] };
}

function callIn<Method = HttpMethod>(
  request: string,
  values: PlaceholderValues,
): { method: Method; path: string } {
  const { method, path } = methodAndPath(request);
  // An address with a gap in it is another one's.
  requireToldIds(request, path, values);
  return { method: method as Method, path: fillPath(path, values) };
}

/** Throws {@link NotObservable} where a template has no value for an id that only the back end tells. */
function requireToldIds(what: string, template: unknown, values: PlaceholderValues): void {
  const unknown = TOLD_IDS.find((id) => hasPlaceholder(template, id) && (values[id] ?? "") === "");
  if (unknown === undefined) return;
  throw new NotObservable(`${what} needs the ${unknown}'s id, which was not told`, [
    `contract.wire.send.told.${unknown}`,
    `contract.wire.stream.started.${unknown}`,
  ]);
}

/** The ids that a back end tells. */
export const TOLD_IDS = ["conversation", "message", "reply"] as const;
export type ToldIdName = (typeof TOLD_IDS)[number];

/** A query's field that is the cursor alone: without one it is left out, as some read an empty one. */
const EMPTY_CURSOR = /(?<=[?&])[^?&=]+=\{cursor\}&?/;

function withoutCursor(request: string): string {
  return request.replace(EMPTY_CURSOR, "").replace(/[?&]$/, "");
}

/** This many pages of a list are asked for at most: one that never ends is no reason to wait for ever. */
const MOST_PAGES = 50;
