import type { ErrorEvent, FinishReason, StreamEvent, Usage } from "../../contract/events.ts";
import type { Message, Session } from "../../contract/hmi.ts";
import { messageOf, WireError } from "../../errors.ts";
import type { ReplyEnding } from "../conversations/store.ts";
import { EventLog } from "../stream/event-log.ts";
import { failureEvents, INTERRUPTED, LOST, missingStart, notSavedYet, startedEvent } from "./reply-events.ts";
import { ReplySaver, type SaverSettings } from "./reply-saver.ts";

export interface ReplyStart {
  /** Whose conversation it is. */
  readonly user: string;
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
 * How a reply ended here: as its row says; or `waiting` to be saved so; or `lost`, because the row was not ours any
 * more; or `left` as it is to the next HMI.
 */
export type ReplyOutcome = ReplyEnding["status"] | "waiting" | "lost" | "left";

type EarlyEnd = "interrupted" | "lost" | "left";

/**
 * One reply on its way from the gateway to the reader and to the disk. It goes on when the reader
 * leaves, so that the reply is there after a reload; and `done` is sent only when it is saved whole.
 */
export class Reply {
  readonly user: string;
  readonly sessionId: string;
  readonly log: EventLog;
  /** Resolves when readers have been told its end, or will be told nothing more. Never rejects. */
  readonly ended: Promise<ReplyOutcome>;
  readonly #saver: ReplySaver;
  readonly #isRejoined: boolean;
  readonly #hangUp = new AbortController();
  readonly #heard = Promise.withResolvers<void>();
  readonly #savedLate = Promise.withResolvers<void>();
  /** What was on disk before; after a restart it is more, at first, than has come again. */
  readonly #before: string;
  #text = "";
  #usage: Usage | null = null;
  #error: Message["error"] = null;
  /** The events of the ending, held back until `done` is there and everything is saved. */
  #ending: StreamEvent[] = [];
  /** Why it ends although the gateway has not said `done`, where that is not the gateway's fault. */
  #end: EarlyEnd | undefined;

  constructor(start: ReplyStart, settings: SaverSettings) {
    const { row, created } = start;
    this.user = start.user;
    this.sessionId = start.sessionId;
    this.log = new EventLog(row.message_id);
    this.#isRejoined = start.isRejoined;
    this.#before = row.content;
    this.#saver = new ReplySaver(
      row,
      () => this.#text,
      settings,
      () => this.#stop("lost"),
    );
    this.log.append(startedEvent(row, created));
    this.ended = this.#run(start.events(this.#hangUp.signal));
  }

  /** Resolves when the gateway has it, or has been silent for too long: it cannot cancel what it has not got yet. */
  get heard(): Promise<void> {
    return this.#heard.promise;
  }

  /** Why its ending waits to be saved; undefined where it does not. */
  get waitsFor(): unknown {
    return this.#saver.waitsFor;
  }

  /** Resolves when an ending that had to wait is saved, or the row is gone. */
  get savedLate(): Promise<void> {
    return this.#savedLate.promise;
  }

  /** Saves an ending that waits, now; throws the store's error where that cannot be done. */
  async saveNow(): Promise<void> {
    await this.#saver.saveNow();
  }

  /** Ends it without the gateway: what has arrived is saved as `interrupted`. */
  async interrupt(): Promise<void> {
    this.#stop("interrupted");
    await this.ended;
  }

  /**
   * Saves what has arrived and lets go of it, because this service stops: its row stays `streaming`, and the next
   * HMI rejoins it at the gateway, which goes on for a while without us. Readers are told no end.
   */
  async leave(): Promise<void> {
    this.#stop("left");
    await this.ended;
    await this.#saver.stop();
  }

  #stop(end: EarlyEnd): void {
    this.#end ??= end;
    this.#hangUp.abort();
  }

  async #run(reply: AsyncIterable<readonly StreamEvent[]>): Promise<ReplyOutcome> {
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
      clearTimeout(silence);
      this.#hangUp.abort();
      this.#heard.resolve();
    }
  }

  #take(events: readonly StreamEvent[]): void {
    this.#heard.resolve();
    const passed: StreamEvent[] = [];
    for (const event of events) {
      // Ours says more, and has been told.
      if (event.type === "started") continue;
      if (event.type === "token") this.#text += event.content;
      if (event.type === "usage") this.#usage = event.usage;
      if (event.type === "error") this.#error = detailsOf(event);
      const held = this.#ending.length > 0 || isEnding(event);
      (held ? this.#ending : passed).push(event);
    }
    this.log.append(...passed);
  }

  async #finish(finishReason: FinishReason): Promise<ReplyOutcome> {
    return await this.#save(STATUS_OF[finishReason], finishReason, this.#ending);
  }

  async #fail(thrown: unknown): Promise<ReplyOutcome> {
    if (this.#end === "left") return "left";
    if (this.#end === "lost") return this.#tell("lost", LOST);
    const isInterrupted = this.#isRejoined || this.#end === "interrupted";
    const error = isInterrupted ? INTERRUPTED : (this.#error ?? detailsOf(toWireError(thrown)));
    this.#error = error;
    // After a restart more may be on disk than has come again.
    const rest = this.#before.startsWith(this.#text) ? this.#before.slice(this.#text.length) : "";
    this.#text += rest;
    if (rest !== "") this.log.append(...missingStart(this.log), { type: "token", content: rest });
    return await this.#save(isInterrupted ? "interrupted" : "error", "error", failureEvents(error));
  }

  /** Saves how it ended, and then tells the readers: that ending, or why it is not saved. */
  async #save(
    status: ReplyEnding["status"],
    finishReason: FinishReason,
    ending: readonly StreamEvent[],
  ): Promise<ReplyOutcome> {
    const outcome = await this.#saver.finish(
      {
        content: this.#text,
        thinking: "",
        status,
        finishReason,
        modelName: null,
        usage: this.#usage,
        timings: null,
        notices: [],
        error: this.#error,
      },
      this.#savedLate.resolve,
    );
    // A cancel is what it says also where the row is gone: whoever deletes a conversation cancels its reply.
    if (outcome === "lost" && status !== "cancelled") return this.#tell("lost", LOST);
    if (outcome === "waiting") return this.#tell("waiting", notSavedYet(this.#saver.waitsFor));
    this.log.append(...missingStart(this.log), ...ending);
    return status;
  }

  #tell(outcome: "waiting" | "lost", error: NonNullable<Message["error"]>): ReplyOutcome {
    this.log.append(...missingStart(this.log), ...failureEvents(error));
    return outcome;
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
