import type { HeardStream, SeenChunk } from "../http-client.ts";
import type { ReplyNames } from "./channel-decoder.ts";
import { recordFacts, type TimedFact } from "./reply-facts.ts";
import type { StreamDecoder, StreamDecoderMaker } from "./stream-framings.ts";

/** A message that is said on a WebSocket, and whose reply is heard there. */
export interface SocketMessage {
  /** Of socket.io, an event's name and its values. Undefined for nothing. */
  readonly body: unknown;
  /** The conversation that it is said in; null where its reply tells. */
  readonly conversation: string | null;
  readonly makeDecoder: StreamDecoderMaker;
  readonly signal: AbortSignal;
  readonly onFact?: ((fact: TimedFact) => void) | undefined;
}

interface SocketReplyOptions extends Pick<SocketMessage, "conversation" | "makeDecoder" | "onFact"> {
  /** Since its message was sent, in milliseconds. */
  readonly since: () => number;
}

/** One reply on a WebSocket: what its frames tell. */
export class SocketReply {
  /** What it is called, as far as it was told. */
  names: ReplyNames;
  readonly #since: () => number;
  readonly #chunks: SeenChunk[] = [];
  readonly #facts: ReturnType<typeof recordFacts>["facts"];
  readonly #makeDecoder: () => StreamDecoder;
  #decoder: StreamDecoder;
  readonly #heard = Promise.withResolvers<HeardStream>();
  readonly #done = Promise.withResolvers<void>();
  readonly #named = Promise.withResolvers<void>();
  readonly #strayNames = new Set<string>();
  #hasMissed = false;
  #end: HeardStream["end"] | undefined;

  constructor({ conversation, makeDecoder, onFact, since }: SocketReplyOptions) {
    this.names = { conversation, message: null, reply: null };
    this.#since = since;
    const { facts, take } = recordFacts(since, onFact);
    this.#facts = facts;
    this.#makeDecoder = () =>
      makeDecoder((told) => {
        if (take(told).kind === "done") this.#done.resolve();
      });
    // A server may greet with words, and tell the end of what nobody began: those are no reply's.
    this.#decoder = makeDecoder((told) => {
      if (told.kind === "started" || told.kind === "failure") take(told);
    });
  }

  /** Its message is said: what comes from now on is its own. */
  startReading(): void {
    this.#decoder = this.#makeDecoder();
  }

  /** Resolves with what was told of it, once nobody listens any more. */
  get heard(): Promise<HeardStream> {
    return this.#heard.promise;
  }

  /** Resolves once its end is told. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** Resolves once its conversation is known, or there is nothing to be known any more. */
  get named(): Promise<void> {
    return this.#named.promise;
  }

  /** Whether anything was told of it. */
  get hasBegun(): boolean {
    return this.#chunks.length > 0;
  }

  /** Learns what it is called; what is known stays. */
  learn({ conversation, message, reply }: ReplyNames): void {
    this.names = {
      conversation: this.names.conversation ?? conversation,
      message: this.names.message ?? message,
      reply: this.names.reply ?? reply,
    };
    if (this.names.conversation != null) this.#named.resolve();
  }

  /** Takes a frame of its own; `stray`: the other conversation that it names. */
  take(bytes: Uint8Array, stray?: string): void {
    if (stray !== undefined) this.#strayNames.add(stray);
    this.#chunks.push({ at_ms: this.#since(), latin1: Buffer.from(bytes).toString("latin1") });
    this.#decoder.push(bytes);
  }

  /** A frame came beside it that may have been its own. */
  mayHaveMissed(): void {
    this.#hasMissed = true;
  }

  /** How it ends, whatever the connection says of its own end. */
  endsAs(how: HeardStream["end"]): void {
    this.#end ??= how;
  }

  /** Nobody listens any more. */
  finish(how: HeardStream["end"]): void {
    this.#named.resolve();
    const strayNames = [...this.#strayNames];
    this.#heard.resolve({
      content_type: "",
      chunks: this.#chunks,
      events: [],
      facts: this.#facts,
      comments_ms: [],
      body: null,
      end: this.#end ?? how,
      ...(strayNames.length > 0 && { strayNames }),
      ...(this.#hasMissed && { hasNameless: true }),
    });
  }
}
