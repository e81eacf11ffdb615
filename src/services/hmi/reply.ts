import type { ErrorEvent, FinishReason, StreamEvent, Usage } from "../../contract/events.ts";
import type { ChatRequest } from "../../contract/gateway.ts";
import type { Message, Session } from "../../contract/hmi.ts";
import { messageOf, WireError } from "../../errors.ts";
import type { MessageStore, ReplyEnding } from "../conversations/store.ts";
import { EventLog } from "../stream/event-log.ts";
import type { GatewayClient } from "./gateway-client.ts";
import { failureEvents, INTERRUPTED, missingStart } from "./reply-events.ts";

export interface ReplySettings {
  readonly gateway: GatewayClient;
  readonly messages: MessageStore;
  /** A growing reply is written to disk at least this often, in milliseconds. */
  readonly saveEveryMs: number;
}

export interface ReplyStart {
  readonly session: Session;
  /** True where this message made the conversation. */
  readonly created: boolean;
  /** The reply's row, still empty. */
  readonly row: Message;
  readonly request: ChatRequest;
}

/**
 * One reply on its way from the gateway to the reader and to the disk. It goes on when the reader
 * leaves, so that the reply is there after a reload; and `done` is sent only when it is saved whole.
 */
export class Reply {
  readonly sessionId: string;
  readonly log: EventLog;
  /** Resolves to the status that the reply ended with, once it is saved. Never rejects. */
  readonly ended: Promise<ReplyEnding["status"]>;
  readonly #settings: ReplySettings;
  readonly #hangUp = new AbortController();
  readonly #heard = Promise.withResolvers<void>();
  #text = "";
  #savedLength = 0;
  #usage: Usage | null = null;
  #error: Message["error"] = null;
  /** The events of the ending, held back until `done` is there and everything is saved. */
  #ending: StreamEvent[] = [];

  constructor(start: ReplyStart, settings: ReplySettings) {
    const { session, row } = start;
    this.sessionId = session.session_id;
    this.log = new EventLog(row.message_id);
    this.#settings = settings;
    if (start.created) {
      const { session_id, model_id, title } = session;
      this.log.append({ type: "session_created", session_id, model_id, title });
    }
    this.ended = this.#run(start.request);
  }

  /** Resolves when the gateway was heard, or failed: it cannot cancel what it has not got yet. */
  get heard(): Promise<void> {
    return this.#heard.promise;
  }

  /** Ends it because this service stops: what has arrived is saved as `interrupted`. */
  async interrupt(): Promise<void> {
    this.#error = INTERRUPTED;
    this.#hangUp.abort();
    await this.ended;
  }

  async #run(request: ChatRequest): Promise<ReplyEnding["status"]> {
    const saving = setInterval(() => void this.#saveProgress(), this.#settings.saveEveryMs);
    try {
      for await (const events of this.#ask(request)) {
        this.#take(events);
        const done = this.#ending.at(-1);
        if (done?.type === "done") return await this.#finish(done.finish_reason);
      }
      throw new WireError("gateway_error", "The gateway's stream stopped without `done`.");
    } catch (error) {
      return await this.#fail(error);
    } finally {
      clearInterval(saving);
      this.#hangUp.abort();
      this.#heard.resolve();
    }
  }

  async *#ask(request: ChatRequest): AsyncIterable<readonly StreamEvent[]> {
    const { gateway } = this.#settings;
    const { signal } = this.#hangUp;
    try {
      yield* gateway.chat(request, signal);
    } catch (error) {
      if (!(error instanceof WireError) || error.code !== "generation_in_progress") throw error;
      // The store lets a conversation have one reply at a time, and it is this one: what the gateway still
      // works on was left there when this service was killed, or cut off from it.
      await gateway.cancel(request.session_id);
      yield* gateway.chat(request, signal);
    }
  }

  #take(events: readonly StreamEvent[]): void {
    this.#heard.resolve();
    const passed: StreamEvent[] = [];
    for (const event of events) {
      if (event.type === "token") this.#text += event.content;
      if (event.type === "usage") this.#usage = event.usage;
      if (event.type === "error") this.#error = detailsOf(event);
      const held = this.#ending.length > 0 || isEnding(event);
      (held ? this.#ending : passed).push(event);
    }
    this.log.append(...passed);
  }

  async #finish(finishReason: FinishReason): Promise<ReplyEnding["status"]> {
    const status = STATUS_OF[finishReason];
    await this.#save(status, finishReason);
    this.log.append(...this.#ending);
    return status;
  }

  async #fail(thrown: unknown): Promise<ReplyEnding["status"]> {
    const status = this.#error === INTERRUPTED ? "interrupted" : "error";
    this.#error ??= detailsOf(toWireError(thrown));
    await this.#save(status, "error").catch((cause: unknown) => {
      // Nothing is promised about a reply that could not be saved; the reader is told so.
      this.#error = { code: "internal_error", message: `The reply could not be saved: ${messageOf(cause)}.` };
    });
    this.log.append(...missingStart(this.log), ...failureEvents(this.#error));
    return status;
  }

  async #saveProgress(): Promise<void> {
    if (this.#text.length === this.#savedLength) return;
    this.#savedLength = this.#text.length;
    // A failure here is not the last word: the whole text is saved at the end, or fails loudly there.
    await this.#settings.messages.grow(this.log.messageId, this.#text).catch(() => undefined);
  }

  async #save(status: ReplyEnding["status"], finishReason: FinishReason): Promise<void> {
    await this.#settings.messages.finish(this.log.messageId, {
      content: this.#text,
      status,
      finishReason,
      usage: this.#usage,
      error: this.#error,
    });
  }
}

const STATUS_OF: Readonly<Record<FinishReason, ReplyEnding["status"]>> = {
  stop: "complete",
  length: "complete",
  cancelled: "cancelled",
  error: "error",
};

const ENDING_STATUS: ReadonlySet<string> = new Set(["complete", "cancelled", "error"]);

function isEnding(event: StreamEvent): boolean {
  if (event.type === "status_update") return ENDING_STATUS.has(event.status);
  return event.type === "usage" || event.type === "error" || event.type === "done";
}

function detailsOf({ code, message, hint }: WireError | ErrorEvent): NonNullable<Message["error"]> {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

function toWireError(thrown: unknown): WireError {
  if (thrown instanceof WireError) return thrown;
  return new WireError("gateway_error", `The gateway's stream was cut off: ${messageOf(thrown)}.`);
}
