import { setTimeout as delay } from "node:timers/promises";
import type { StreamDescription } from "../../contract/wire-description.ts";
import { messageOf } from "../../errors/thrown-error.ts";
import { withoutSecretQuery } from "../../text/secret-names.ts";
import { type HeardStream, headersOf, type OpenStream, parseBody, type SeenStream } from "../http-client.ts";
import { noteRequest, type RequestStep, type SignIn } from "../request-step.ts";
import { type DroppableWebSocket, openDroppableWebSocket } from "./droppable-web-socket.ts";
import { idsStarted } from "./reply-facts.ts";
import { connectPacket, eventPacket, PONG_PACKET, readPacket } from "./socket-io.ts";
import { type SocketMessage, SocketReply } from "./socket-reply.ts";
import { replyOfFrame } from "./socket-reply-names.ts";

/** Where a WebSocket is, and how it is spoken on. */
export interface ReplySocketOptions {
  /** Of the service: `http://127.0.0.1:8000`. */
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `socket.io` has a greeting, and pings of its own. */
  readonly framing: "websocket" | "socket.io";
  /** The subprotocol that it is asked for; undefined for none. */
  readonly protocol?: string | undefined;
  /** Shown to socket.io on connecting; undefined for nothing. */
  readonly auth?: unknown;
  /** What is said on it first, frame by frame; of socket.io, an event's name and its values. Undefined: no message waits for what the server says. */
  readonly before?: readonly unknown[] | undefined;
  /** How its caller was let in; undefined where nobody had to be. */
  readonly signIn?: SignIn | undefined;
  /** How its frames say whose they are, where it carries several replies; left out: all are of the one. */
  readonly names?: StreamDescription | undefined;
}

/** After the end was told, what belongs to it (such as usage) may still come for this long, in milliseconds. */
export const AFTER_END_MS = 200;

/** What was said first is answered when the server has been silent for this long, in milliseconds ... */
const SILENT_MS = 200;
/** ... or has not been for this long. */
const MOST_BEFORE_MS = 5_000;

/** A WebSocket on which messages are said and their replies heard: one, or several at the same time. It is left with the last of them. */
export class ReplySocket {
  readonly #options: ReplySocketOptions;
  readonly #connection: DroppableWebSocket;
  readonly #replies = new Set<SocketReply>();
  /** Resolves once a message may be said. */
  readonly #ready = Promise.withResolvers<void>();
  /** What is said first took from then to then, which is no message's time. */
  #beforeFrom = 0;
  #beforeTo = 0;
  #lastHeard = 0;
  #isOpened = false;
  #isOver = false;
  /** Resolves once another message that begins a conversation may be said: the replies to two of them could not be told apart. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ReplySocketOptions) {
    this.#options = options;
    const { url, path, headers, framing } = options;
    this.#connection = openDroppableWebSocket(
      new URL(path, url.replace(/^http/, "ws")),
      headers,
      options.protocol,
    );
    const { socket } = this.#connection;
    socket.addEventListener("open", () => {
      this.#isOpened = true;
      if (framing === "websocket") void this.#sayBefore();
    });
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") this.#take(data);
    });
    const isInOrder = (code: number): boolean => code === 1000 || code === 1001 || code === 1005;
    socket.addEventListener("close", ({ code }) => this.#close(isInOrder(code) ? "closed" : "cut"));
    socket.addEventListener("error", () => this.#close("cut"));
  }

  /** False once it has been left, or was closed or refused. */
  get isHeld(): boolean {
    return !this.#isOver;
  }

  /**
   * Says a message, and reads what comes as its reply's stream, until its end is told or the connection is closed. An answer
   * that refuses the connection is a stream that is refused. Rejects where it cannot be opened.
   */
  async hear(message: SocketMessage): Promise<OpenStream> {
    const { path } = this.#options;
    const { body, signal } = message;
    const start = performance.now();
    const sent_at = new Date().toISOString();
    const since = (): number =>
      Math.round((performance.now() - start - this.#beforeSince(start)) * 100) / 100;
    const step = this.#noteStep(body);
    const reply = new SocketReply({ ...message, since });
    this.#replies.add(reply);
    const giveUp = (): void => this.#hangUp(reply, "given-up");
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    void reply.heard.then(() => signal.removeEventListener("abort", giveUp));
    void reply.done.then(async () => {
      await delay(AFTER_END_MS);
      this.#hangUp(reply, "closed");
    });
    if (body === undefined) reply.startReading();
    const asked = body === undefined ? Promise.resolve() : this.#sayInTurn(reply, body);
    const request = withoutSecretQuery(`WS ${path}`);
    const refused = this.#isOpened ? undefined : await opened(this.#connection, request, signal);
    const head = { request, sent_at, status: 101, headers: {}, ...refused?.head };
    const answer = refused && ({ body: refused.body, end: "closed" } as const);
    if (step !== undefined) step.status = head.status;
    return {
      head: { ...head, duration_ms: since() },
      ended: reply.heard.then((seen) => {
        if (step !== undefined) step.answer = idsStarted(seen);
        return { kind: "stream", ...head, ...seen, ...answer, duration_ms: since() };
      }),
      say: (said) => {
        const isSaid = this.isHeld && this.#replies.has(reply);
        // Before the message there is nothing that it could be about.
        if (isSaid) void asked.then(() => this.isHeld && this.#say(said));
        if (isSaid && step !== undefined) {
          step.saidLater = [...(step.saidLater ?? []), { frame: said, after_ms: since() }];
        }
        return isSaid;
      },
    };
  }

  /**
   * Says something to which no reply is heard, and waits until the server has read it, as far as it says so. Rejects where the
   * connection is refused.
   */
  async sayAndLeave(body: unknown, signal: AbortSignal): Promise<void> {
    const { socket, leave } = this.#connection;
    const step = this.#noteStep(body);
    const closed = Promise.withResolvers<void>();
    socket.addEventListener("close", () => closed.resolve());
    const request = withoutSecretQuery(`WS ${this.#options.path}`);
    const refused = await opened(this.#connection, request, signal);
    if (step !== undefined) step.status = refused?.head.status ?? 101;
    if (refused !== undefined) throw new Error(`${request} answered ${refused.head.status}`);
    await Promise.race([this.#ready.promise, closed.promise]);
    if (this.isHeld) this.#say(body);
    // What is closed in order has been read first.
    this.#isOver = true;
    leave();
    await closed.promise;
  }

  /** Undefined of socket.io, which no line for a shell speaks. */
  #noteStep(body: unknown): RequestStep | undefined {
    const { url, path, headers, framing, signIn } = this.#options;
    if (framing === "socket.io") return undefined;
    return noteRequest({ base: url, method: "WS", path, body, headers, isStream: true, token: "", signIn });
  }

  async #sayInTurn(reply: SocketReply, body: unknown): Promise<void> {
    const before = this.#turn;
    if (this.#options.names !== undefined && reply.names.conversation === null) {
      this.#turn = before.then(() => reply.named);
      await before;
    }
    await this.#ready.promise;
    if (!this.#replies.has(reply)) return;
    reply.startReading();
    this.#say(body);
  }

  /** Says what is said first, and waits for what the server has to say to it. */
  async #sayBefore(): Promise<void> {
    const { before } = this.#options;
    if (before !== undefined) {
      this.#beforeFrom = performance.now();
      this.#beforeTo = Number.POSITIVE_INFINITY;
      for (const frame of before) this.#say(frame);
      this.#lastHeard = performance.now();
      const isOpen = (): boolean => !this.#isOver && performance.now() - this.#beforeFrom < MOST_BEFORE_MS;
      for (let silent = 0; isOpen() && silent < SILENT_MS; silent = performance.now() - this.#lastHeard) {
        await delay(SILENT_MS - silent);
      }
      this.#beforeTo = performance.now();
    }
    this.#ready.resolve();
  }

  /** How much of the time since a moment was spent on what is said first, in milliseconds. */
  #beforeSince(moment: number): number {
    const to = Math.min(performance.now(), this.#beforeTo);
    return Math.max(to - Math.max(moment, this.#beforeFrom), 0);
  }

  #say(body: unknown): boolean {
    const isSocketIo = this.#options.framing === "socket.io";
    this.#connection.socket.send(isSocketIo ? eventPacket([body].flat()) : textOf(body));
    return true;
  }

  #take(frame: string): void {
    this.#lastHeard = performance.now();
    const bytes = Buffer.from(frame);
    const { names, framing } = this.#options;
    const replies = [...this.#replies];
    if (framing === "socket.io") this.#answerPacket(frame);
    if (names === undefined) {
      for (const reply of replies) reply.take(bytes);
      return;
    }
    const { reply, stray, isNameless = false } = replyOfFrame(bytes, replies, names);
    reply?.take(bytes, stray);
    if (isNameless) for (const each of replies) each.mayHaveMissed();
  }

  /** What socket.io wants of whoever connects, beside what a chat is about. */
  #answerPacket(frame: string): void {
    const { kind } = readPacket(frame);
    const { socket } = this.#connection;
    if (kind === "greeting") socket.send(connectPacket(this.#options.auth));
    if (kind === "connected") void this.#sayBefore();
    if (kind === "ping") socket.send(PONG_PACKET);
    if (kind === "refused" || kind === "closed")
      for (const reply of this.#replies) this.#hangUp(reply, "cut");
  }

  /** Nobody listens to this reply any more; with the last one the connection is left. */
  #hangUp(reply: SocketReply, how: HeardStream["end"]): void {
    if (!this.#replies.has(reply)) return;
    reply.endsAs(how);
    if (this.#replies.size > 1) {
      this.#replies.delete(reply);
      reply.finish(how);
      return;
    }
    this.#isOver = true;
    this.#connection.leave();
  }

  #close(how: HeardStream["end"]): void {
    this.#isOver = true;
    for (const reply of this.#replies) reply.finish(how);
    this.#replies.clear();
  }
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

function textOf(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}
