import type { ErrorEvent, FinishReason, StreamEvent, Usage } from "../../contract/events.ts";
import type { Message, Session } from "../../contract/hmi.ts";
import { messageOf, WireError } from "../../errors.ts";
import type { MessageStore, ReplyEnding } from "../conversations/store.ts";
import { EventLog } from "../stream/event-log.ts";
import { failureEvents, INTERRUPTED, missingStart } from "./reply-events.ts";

export interface ReplySettings {
  readonly messages: MessageStore;
  /** A growing reply is written to disk at least this often, in milliseconds. */
  readonly saveEveryMs: number;
}

export interface ReplyStart {
  readonly sessionId: string;
  /** The reply's row, which is `streaming`. */
  readonly row: Message;
  /** The conversation, where this message made it. */
  readonly created?: Session | undefined;
  /** Its events from the first, from the gateway. */
  readonly events: (signal: AbortSignal) => AsyncIterable<readonly StreamEvent[]>;
  /** True where an HMI that was stopped began it: its row may have text, and the gateway may not have it any more. */
  readonly isRejoined: boolean;
}

/** A gateway that works says at once that it has heard. */
const LONGEST_SILENCE_MS = 5_000;

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
  readonly #isRejoined: boolean;
  readonly #hangUp = new AbortController();
  readonly #heard = Promise.withResolvers<void>();
  /** What of the text is on disk; after a restart it is more, at first, than has come again. */
  #saved: string;
  #text = "";
  #usage: Usage | null = null;
  #error: Message["error"] = null;
  /** The events of the ending, held back until `done` is there and everything is saved. */
  #ending: StreamEvent[] = [];

  constructor(start: ReplyStart, settings: ReplySettings) {
    const { row, created } = start;
    this.sessionId = start.sessionId;
    this.log = new EventLog(row.message_id);
    this.#settings = settings;
    this.#isRejoined = start.isRejoined;
    this.#saved = row.content;
    if (created !== undefined) {
      const { session_id, model_id, title } = created;
      this.log.append({ type: "session_created", session_id, model_id, title });
    }
    this.ended = this.#run(start.events(this.#hangUp.signal));
  }

  /** Resolves when the gateway has it, or has been silent for too long: it cannot cancel what it has not got yet. */
  get heard(): Promise<void> {
    return this.#heard.promise;
  }

  /** Ends it because this service stops: what has arrived is saved as `interrupted`. */
  async interrupt(): Promise<void> {
    this.#error = INTERRUPTED;
    this.#hangUp.abort();
    await this.ended;
  }

  async #run(reply: AsyncIterable<readonly StreamEvent[]>): Promise<ReplyEnding["status"]> {
    const saving = setInterval(() => void this.#saveProgress(), this.#settings.saveEveryMs);
    const silence = setTimeout(() => this.#heard.resolve(), this.#isRejoined ? 0 : LONGEST_SILENCE_MS);
    try {
      for await (const events of reply) {
        this.#take(events);
        const done = this.#ending.at(-1);
        if (done?.type === "done") return await this.#finish(done.finish_reason);
      }
      throw new WireError("gateway_error", "The gateway's stream stopped without `done`.");
    } catch (error) {
      return await this.#fail(error);
    } finally {
      clearInterval(saving);
      clearTimeout(silence);
      this.#hangUp.abort();
      this.#heard.resolve();
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
    if (this.#isRejoined) this.#error = INTERRUPTED;
    const status = this.#error === INTERRUPTED ? "interrupted" : "error";
    this.#error ??= detailsOf(toWireError(thrown));
    // After a restart more may be on disk than has come again.
    const rest = this.#saved.startsWith(this.#text) ? this.#saved.slice(this.#text.length) : "";
    this.#text += rest;
    await this.#save(status, "error").catch((cause: unknown) => {
      // Nothing is promised about a reply that could not be saved; the reader is told so.
      this.#error = { code: "internal_error", message: `The reply could not be saved: ${messageOf(cause)}.` };
    });
    const tokens: StreamEvent[] = rest === "" ? [] : [{ type: "token", content: rest }];
    this.log.append(...missingStart(this.log), ...tokens, ...failureEvents(this.#error));
    return status;
  }

  async #saveProgress(): Promise<void> {
    if (this.#text.length <= this.#saved.length) return;
    this.#saved = this.#text;
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
  return new WireError(
    "gateway_error",
    `The gateway's stream was cut off: ${messageOf(thrown)}.`,
    "Run `stack status` to see whether the gateway is down; then retry.",
  );
}
