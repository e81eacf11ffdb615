import { setTimeout as sleep } from "node:timers/promises";
import type { StreamSettings } from "../../config/config-schema.ts";
import { STEP } from "../../contract/event-id.ts";
import type { FinishReason, StreamEvent } from "../../contract/event-schemas.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { ReplyEnding } from "../conversations/reply-store.ts";
import { EventLog } from "../stream/event-log.ts";
import { type DecidedEnding, endingByDone, endingWithoutDone } from "./decide-ending.ts";
import { missingStart, NormalizedGatewayReply } from "./normalized-gateway-reply.ts";
import { INTERRUPTED, keptOf, LOST, notSavedYet, type ReplyError } from "./reply-errors.ts";
import { endingEvents, type StartedReply, startedEvent } from "./reply-events.ts";
import { ReplySaver, type SaverSettings } from "./reply-saver.ts";

export interface ReplyStart extends StartedReply {
  /** Who is answered. */
  readonly user: string;
  /** Its events from the first, from the gateway. */
  readonly events: (signal: AbortSignal) => AsyncIterable<readonly StreamEvent[]>;
  /** Has the gateway stop it; resolves when that has been told, or cannot be. */
  readonly stopAtGateway: () => Promise<void>;
  /** True where an HMI that was stopped began it: its row may have text, and the gateway may not have it any more. */
  readonly isRejoined: boolean;
}

export interface ReplySettings extends SaverSettings {
  readonly stream: SaverSettings["stream"] & Pick<StreamSettings, "max_reply_ms">;
}

/** On shutdown, how long to wait for the gateway to take the request, in milliseconds; otherwise the next HMI has nothing to rejoin. */
const LONGEST_ASKING_MS = 2_000;

/** The gateway's own timeout carries usage and text, so ours fires this much later, in milliseconds. */
const GATEWAY_FIRST_MS = 1_000;

/**
 * How a reply ended here: as its row says; or `waiting` to be saved so; or `lost`: its row is gone; or `left`: another HMI
 * has taken it over, or will.
 */
export type ReplyOutcome = ReplyEnding["status"] | "waiting" | "lost" | "left";

type EarlyEnd = "cancelled" | "timeout" | "lost" | "left";

/**
 * One reply on its way from the gateway to the reader and to the disk. It goes on when the reader
 * leaves, so that the reply is there after a reload; and `done` is sent only when it is saved whole.
 */
export class ReplyRelay {
  readonly user: string;
  readonly sessionId: string;
  readonly messageId: string;
  readonly log: EventLog;
  /** Resolves when readers have been told its end, or will be told nothing more. Never rejects. */
  readonly ended: Promise<ReplyOutcome>;
  readonly received: NormalizedGatewayReply;
  /** What it failed with; null where it did not. */
  error: ReplyError | null = null;
  /** What its row says, or will say as soon as it can be saved; undefined before its end. */
  savedStatus: ReplyEnding["status"] | undefined;
  readonly #begunAt = performance.now();
  readonly #start: ReplyStart;
  readonly #settings: ReplySettings;
  readonly #saver: ReplySaver;
  readonly #hangUp = new AbortController();
  readonly #heard = Promise.withResolvers<void>();
  readonly #savedLate = Promise.withResolvers<void>();
  #timeout: NodeJS.Timeout | undefined;
  /** Whether its gateway has said that it is being written. */
  #isWritten = false;
  /** Why it ends although the gateway has not said `done`, where that is not the gateway's fault. */
  #end: EarlyEnd | undefined;

  constructor(start: ReplyStart, settings: ReplySettings) {
    const { row, user } = start;
    this.user = user;
    this.sessionId = row.session_id;
    this.messageId = row.message_id;
    this.log = new EventLog(row.message_id);
    this.#start = start;
    this.#settings = settings;
    this.received = new NormalizedGatewayReply(row);
    this.#saver = new ReplySaver(row, this.received, settings, () => this.#stop("lost"));
    this.log.append(startedEvent(start));
    this.ended = this.#run(start.events(this.#hangUp.signal));
  }

  /** The ids by which it may be named: its own, and that of the message that it answers. */
  get names(): readonly string[] {
    const { messageId } = this.#start;
    return messageId === null ? [this.messageId] : [this.messageId, messageId];
  }

  /** How long it has taken, in milliseconds. */
  get ms(): number {
    return Math.round(performance.now() - this.#begunAt);
  }

  /** Resolves when the gateway has it, or it has ended: a gateway cannot cancel what it has not got yet. */
  get heard(): Promise<void> {
    return this.#heard.promise;
  }

  /** Whether it was taken over from an HMI that stopped, and has not begun to come again. */
  get isAwaited(): boolean {
    return this.#start.isRejoined && !this.#isWritten;
  }

  /** Why its ending waits to be saved; undefined where it does not. */
  get waitsFor(): unknown {
    return this.#saver.waitsFor;
  }

  /** Whether its ending is known and not saved yet: until then its conversation takes no message. */
  get isEndingUnsaved(): boolean {
    return this.#saver.isEndingUnsaved;
  }

  /** Resolves when an ending that had to wait is saved, or the row is gone. */
  get savedLate(): Promise<void> {
    return this.#savedLate.promise;
  }

  /** Saves an ending that waits, now; throws the store's error where that cannot be done. */
  async saveNow(): Promise<void> {
    await this.#saver.saveNow();
  }

  /** Ends it without the gateway: what has arrived is saved as `cancelled`. */
  async cancel(): Promise<void> {
    this.#stop("cancelled");
    await this.ended;
  }

  /**
   * Saves what has arrived and lets go of it, because this service stops: its row stays `streaming`, and the next
   * HMI rejoins it at the gateway, which has it and goes on for a while without us. Readers are told no end.
   */
  async leave(): Promise<void> {
    await Promise.race([this.heard, sleep(LONGEST_ASKING_MS, undefined, { ref: false })]);
    this.#stop("left");
    await this.ended;
    await this.#saver.stop();
  }

  /** Gives it up because its message, and its row with it, are taken back: readers are told no end, and nothing is saved. */
  async takeBack(): Promise<void> {
    await this.leave();
    this.log.dismissReaders();
    await this.#start.stopAtGateway();
  }

  #stop(end: EarlyEnd): void {
    this.#end ??= end;
    this.#hangUp.abort();
  }

  async #run(reply: AsyncIterable<readonly StreamEvent[]>): Promise<ReplyOutcome> {
    if (this.#start.isRejoined) this.#heard.resolve();
    this.#limitTime();
    try {
      for await (const events of reply) {
        this.#take(events);
        const { finishReason } = this.received;
        if (finishReason !== undefined) return await this.#save(endingByDone(finishReason, this.received));
      }
      throw new WireError("gateway_error", "The gateway's stream stopped without `done`.");
    } catch (error) {
      return await this.#fail(error);
    } finally {
      clearTimeout(this.#timeout);
      this.#hangUp.abort();
      this.#heard.resolve();
    }
  }

  #take(events: readonly StreamEvent[]): void {
    this.#heard.resolve();
    this.log.append(...this.received.take(events));
    if (this.#isWritten) return;
    this.#isWritten = this.log.place.step >= STEP.executing;
    this.#limitTime();
  }

  /** From now on: until it is being written, whatever its gateway says, that need not be prompt, begins its time anew. */
  #limitTime(): void {
    clearTimeout(this.#timeout);
    const { max_reply_ms: maxReplyMs } = this.#settings.stream;
    if (maxReplyMs === 0) return;
    this.#timeout = setTimeout(() => this.#stop("timeout"), maxReplyMs + GATEWAY_FIRST_MS);
  }

  async #fail(thrown: unknown): Promise<ReplyOutcome> {
    if (this.#end === "left") return "left";
    if (this.#end === "lost") return await this.#lose();
    this.#bringBack();
    const { isRejoined } = this.#start;
    const { max_reply_ms: maxReplyMs } = this.#settings.stream;
    const failure = { thrown, end: this.#end, isRejoined, maxReplyMs, isWritten: this.#isWritten };
    const { isGatewayToStop, ...ending } = endingWithoutDone(failure, this.received);
    if (isGatewayToStop) await this.#start.stopAtGateway();
    return await this.#save(ending);
  }

  /** After a restart more may be on disk than has come again. */
  #bringBack(): void {
    const { row } = this.#start;
    const missing = (before: string, come: string): string =>
      before.startsWith(come) ? before.slice(come.length) : "";
    const rest: Readonly<Record<"text" | "thinking", string>> = {
      thinking: missing(row.thinking ?? "", this.received.thinking),
      text: missing(row.content, this.received.text),
    };
    const events: StreamEvent[] = [];
    if (rest.thinking !== "") events.push({ type: "thinking", content: rest.thinking });
    if (rest.text !== "") events.push({ type: "token", content: rest.text });
    this.log.append(...this.received.take(events));
  }

  /** Saves how it ended, and then tells the readers: that ending, or why it is not saved. */
  async #save({ status, finishReason, error }: DecidedEnding): Promise<ReplyOutcome> {
    const { text, thinking, thinkingMs, model, notices, usage } = this.received;
    this.savedStatus = status;
    this.error = error;
    const outcome = await this.#saver.finish(
      {
        content: text,
        thinking,
        thinkingMs,
        status,
        finishReason,
        modelName: model,
        usage: usage?.usage ?? null,
        timings: usage?.timings ?? null,
        notices,
        error: error && keptOf(error),
      },
      this.#savedLate.resolve,
    );
    if (outcome === "lost") return await this.#lose(status);
    if (outcome === "waiting") return this.#tell("waiting", notSavedYet(this.#saver.waitsFor));
    this.#appendEnding(status, finishReason);
    return status;
  }

  /** The row is not ours any more: whoever has taken it over goes on with it; or it is gone. */
  async #lose(status?: ReplyEnding["status"]): Promise<ReplyOutcome> {
    const row = await this.#settings.replies.find(this.messageId).catch(() => undefined);
    if (row !== undefined) {
      this.log.dismissReaders();
      return "left";
    }
    // A cancel is what it says also where the row is gone: whoever deletes a conversation cancels its reply.
    if (status !== "cancelled") return this.#tell("lost", LOST);
    this.#appendEnding(status, "cancelled");
    return status;
  }

  #tell(outcome: "waiting" | "lost", error: ReplyError): ReplyOutcome {
    this.error = error;
    this.#appendEnding("error", "error");
    return outcome;
  }

  #appendEnding(status: ReplyEnding["status"], finishReason: FinishReason): void {
    const { usage, text, thinking } = this.received;
    const error = this.error ?? INTERRUPTED;
    const hasBegun = text !== "" || thinking !== "";
    this.log.append(
      ...missingStart(this.log.place.step),
      ...endingEvents({ status, finishReason, usage, error, hasBegun }),
    );
  }
}
