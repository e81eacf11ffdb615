import { messageOf } from "../../errors/thrown-error.ts";
import { withoutSecretQuery } from "../../text/secret-names.ts";
import {
  type HeardStream,
  headersOf,
  type OpenStream,
  parseBody,
  type SeenChunk,
  type SeenStream,
} from "../http-client.ts";
import { noteRequest, type SignIn } from "../request-step.ts";
import { type DroppableWebSocket, openDroppableWebSocket } from "./droppable-web-socket.ts";
import { idsStarted, recordFacts, type TimedFact } from "./reply-facts.ts";
import { connectPacket, eventPacket, PONG_PACKET, readPacket } from "./socket-io.ts";
import type { StreamDecoderMaker } from "./stream-framings.ts";

/** A WebSocket on which a reply is told. */
export interface WebSocketOptions {
  /** Of the service: `http://127.0.0.1:8000`. */
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What is sent once it is open; of socket.io, an event's name and its values. Undefined for nothing. */
  readonly body: unknown;
  /** `socket.io` has a greeting, and pings of its own. */
  readonly framing: "websocket" | "socket.io";
  /** Shown to socket.io, whose pages cannot send headers; empty for none. */
  readonly token: string;
  /** How its caller was let in; undefined where nobody had to be. */
  readonly signIn?: SignIn | undefined;
  readonly makeDecoder: StreamDecoderMaker;
  readonly signal: AbortSignal;
  readonly onFact?: ((fact: TimedFact) => void) | undefined;
}

/** After the end was told, what belongs to it (such as usage) may still come for this long, in milliseconds. */
const AFTER_END_MS = 200;

/**
 * Opens a WebSocket, says what is to be said, and reads what comes as a reply's stream, until its end is told or the
 * connection is closed. An answer that refuses it is a stream that is refused. Rejects where it cannot be opened.
 */
export async function openWebSocketStream(options: WebSocketOptions): Promise<OpenStream> {
  const { url, path, headers, body, framing, signal, signIn } = options;
  const start = performance.now();
  const sent_at = new Date().toISOString();
  const since = (): number => Math.round((performance.now() - start) * 100) / 100;
  // No line for a shell speaks socket.io.
  const step =
    framing === "websocket"
      ? noteRequest({ base: url, method: "WS", path, body, headers, isStream: true, token: "", signIn })
      : undefined;
  const opening = openDroppableWebSocket(new URL(path, url.replace(/^http/, "ws")), headers);
  const reading = readSocket(opening, options, since);
  const request = withoutSecretQuery(`WS ${path}`);
  const refused = await opened(opening, request, signal);
  const head = { request, sent_at, status: 101, headers: {}, ...refused?.head };
  const answer = refused && ({ body: refused.body, end: "closed" } as const);
  if (step !== undefined) step.status = head.status;
  return {
    head: { ...head, duration_ms: since() },
    ended: reading.then((seen) => {
      if (step !== undefined) step.answer = idsStarted(seen);
      return { kind: "stream", ...head, ...seen, ...answer, duration_ms: since() };
    }),
  };
}

/** An answer that is no WebSocket. */
interface RefusedStream {
  readonly head: Pick<SeenStream, "status" | "headers">;
  readonly body: unknown;
}

/** Resolves once it is open, or was refused; then with what was answered. */
async function opened(
  { socket, whyNot }: DroppableWebSocket,
  request: string,
  signal: AbortSignal,
): Promise<RefusedStream | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<RefusedStream | undefined>();
  socket.addEventListener("open", () => resolve(undefined));
  socket.addEventListener("error", () => {
    const { answer, error } = whyNot();
    if (answer === undefined) {
      const why = error === undefined ? "" : `: ${messageOf(error)}`;
      return reject(new Error(`${request} was not accepted as a WebSocket${why}`));
    }
    const { status, headers, text } = answer;
    return resolve({ head: { status, headers: headersOf({ headers }) }, body: parseBody(text) });
  });
  const give = (): void => reject(signal.reason);
  if (signal.aborted) give();
  signal.addEventListener("abort", give, { once: true });
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", give);
  }
}

function readSocket(
  { socket, leave }: DroppableWebSocket,
  options: WebSocketOptions,
  since: () => number,
): Promise<HeardStream> {
  const { framing, body, makeDecoder, signal, onFact } = options;
  const { promise, resolve } = Promise.withResolvers<HeardStream>();
  const chunks: SeenChunk[] = [];
  const { facts, take } = recordFacts(since, onFact);
  let closing: NodeJS.Timeout | undefined;
  let end: HeardStream["end"] = "cut";
  const hangUp = (how: HeardStream["end"]): void => {
    end = how;
    leave();
  };
  const decoder = makeDecoder((told) => {
    const { kind } = take(told);
    if (kind === "done") closing ??= setTimeout(() => hangUp("closed"), AFTER_END_MS);
  });
  const say = (text: string): void => socket.send(text);
  const sayBody = (): void => {
    if (body !== undefined) say(framing === "socket.io" ? eventPacket([body].flat()) : textOf(body));
  };
  socket.addEventListener("open", () => {
    if (framing === "websocket") sayBody();
  });
  socket.addEventListener("message", ({ data }) => {
    if (typeof data !== "string") return;
    const bytes = Buffer.from(data);
    chunks.push({ at_ms: since(), latin1: bytes.toString("latin1") });
    if (framing === "socket.io") answerPacket(data, { say, sayBody, hangUp, token: options.token });
    decoder.push(bytes);
  });
  const giveUp = (): void => hangUp("given-up");
  if (signal.aborted) giveUp();
  signal.addEventListener("abort", giveUp, { once: true });
  const finish = (isInOrder: boolean): void => {
    clearTimeout(closing);
    signal.removeEventListener("abort", giveUp);
    const how = end === "cut" && isInOrder ? "closed" : end;
    resolve({ content_type: "", chunks, events: [], facts, comments_ms: [], body: null, end: how });
  };
  socket.addEventListener("close", ({ code }) => finish(code === 1000 || code === 1001 || code === 1005));
  socket.addEventListener("error", () => finish(false));
  return promise;
}

interface SocketIoEnd {
  readonly say: (text: string) => void;
  readonly sayBody: () => void;
  readonly hangUp: (how: HeardStream["end"]) => void;
  readonly token: string;
}

/** What socket.io wants of whoever connects, beside what a chat is about. */
function answerPacket(frame: string, { say, sayBody, hangUp, token }: SocketIoEnd): void {
  const { kind } = readPacket(frame);
  if (kind === "greeting") say(connectPacket(token === "" ? undefined : { token }));
  if (kind === "connected") sayBody();
  if (kind === "ping") say(PONG_PACKET);
  if (kind === "refused" || kind === "closed") hangUp("cut");
}

function textOf(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}
