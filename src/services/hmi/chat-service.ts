import type { StreamSettings } from "../../config/config-schema.ts";
import type { CancelAnswer } from "../../contract/gateway-schemas.ts";
import type { Message } from "../../contract/hmi-schemas.ts";
import { WireError } from "../../contract/wire-error.ts";
import { messageOf, withoutStop } from "../../errors/thrown-error.ts";
import type { EventLog } from "../stream/event-log.ts";
import { BackgroundSummaries } from "./background-summaries.ts";
import { type ExchangeSettings, ExchangeStarter, type SentAndSaved } from "./exchange-starter.ts";
import { type AskedLog, findLog, findLogOfEvent } from "./find-reply-log.ts";
import type { GatewayClient } from "./gateway-client.ts";
import { logEnded } from "./hmi-log-lines.ts";
import type { Again, Outgoing } from "./outgoing-message.ts";
import { ReplyCanceller } from "./reply-canceller.ts";
import { ReplyOwners } from "./reply-owners.ts";
import type { ReplyOutcome, ReplyRelay } from "./reply-relay.ts";
import type { SaverSettings } from "./reply-saver.ts";
import { RunningReplies } from "./running-replies.ts";
import { ReplyTakeover } from "./take-over-replies.ts";

export interface ChatSettings extends ExchangeSettings, Pick<SaverSettings, "onError"> {
  readonly stream: StreamSettings;
  readonly gateway: GatewayClient;
  /** See `ReplyTakeover`. */
  readonly lookForLeftRepliesEveryMs: number;
  /** See `SummarySettings`. */
  readonly summaryQuietMs: number;
  /** Told how many replies of a stopped HMI are taken up again, where there are any. */
  readonly onTakenOver: (count: number) => void;
}

/** Streaming and cancelling: what happens between a user's message and its saved reply, which {@link ExchangeStarter} begins. */
export class ChatService {
  readonly #settings: ChatSettings;
  readonly #replies: RunningReplies;
  readonly #summaries: BackgroundSummaries;
  readonly #cancellations: ReplyCanceller;
  readonly #takeover: ReplyTakeover;
  readonly #exchanges: ExchangeStarter;
  /** The other HMIs on the same database that write replies. */
  readonly owners: ReplyOwners;

  constructor(settings: ChatSettings) {
    const { stream, store, gateway, events, limitsOf, defaults, summaryQuietMs, onError } = settings;
    this.#settings = settings;
    this.#summaries = new BackgroundSummaries(
      { store, gateway, events, limitsOf, defaults, summaryQuietMs, onError },
      () => this.#replies.activeCount > 0,
    );
    this.#replies = new RunningReplies({
      stream,
      gateway,
      replies: store.replies,
      onEnded: (reply, outcome) => this.#onEnded(reply, outcome),
      onUnread: (reply) => this.#cancellations.endInBackground(reply),
      onError,
    });
    this.#cancellations = new ReplyCanceller({ store, gateway, replies: this.#replies, onError });
    this.#takeover = new ReplyTakeover({
      replies: store.replies,
      known: () => this.#replies.ids,
      rejoin: (reply) => this.#replies.rejoin(reply),
      onTakenOver: settings.onTakenOver,
      lookForLeftRepliesEveryMs: settings.lookForLeftRepliesEveryMs,
      onError,
    });
    this.owners = new ReplyOwners({ store, replies: this.#replies, takeover: this.#takeover });
    this.#exchanges = new ExchangeStarter({
      settings,
      replies: this.#replies,
      summaries: this.#summaries,
      takeover: this.#takeover,
      logOf: (user, asked) => this.logOf(user, asked),
    });
  }

  get activeCount(): number {
    return this.#replies.activeCount;
  }

  /** Throws the store's error where an ending waits to be saved. */
  checkSaved(): void {
    const [first, ...more] = this.#replies.waiting;
    if (first === undefined) return;
    const reason = withoutStop(messageOf(first));
    throw new WireError("store_unavailable", `${reason}; replies that wait to be saved: ${1 + more.length}.`);
  }

  /** Takes up the replies that another HMI left running. They go on behind the readers' backs, as all replies do. */
  async resume(): Promise<void> {
    await this.#takeover.lookFirst();
  }

  /** {@link ExchangeStarter.send} */
  async send(user: string, outgoing: Outgoing): Promise<SentAndSaved> {
    return await this.#exchanges.send(user, outgoing);
  }

  /** {@link ExchangeStarter.regenerate} */
  async regenerate(user: string, again: Again): Promise<SentAndSaved> {
    return await this.#exchanges.regenerate(user, again);
  }

  /**
   * Shows the way that a message is on, and gives back what is shown then. Throws `message_not_found`, or
   * `generation_in_progress` while a reply runs.
   */
  async choose(user: string, sessionId: string, messageId: string): Promise<Message[]> {
    await this.#takeover.looked;
    const { messages, conversations } = this.#settings.store.as(user);
    await conversations.get(sessionId);
    await this.#replies.find(sessionId)?.saveNow();
    const shown = await this.#takeover.orLookAgain(() => messages.choose(sessionId, messageId));
    // The conversation's last reply is another one by now.
    this.#replies.forget(sessionId);
    this.#summaries.drop(sessionId);
    const event = { type: "version_chosen", session_id: sessionId, message_id: messageId } as const;
    this.#settings.events.publish(user, event);
    return shown;
  }

  /**
   * The log of the reply that a reader asks for: a given one, the one that it comes back to, else the running one,
   * or the last; undefined where the reader lacks nothing. Throws `conversation_not_found`, `message_not_found` or
   * `nothing_to_stream`.
   */
  async logOf(user: string, asked: AskedLog): Promise<EventLog | undefined> {
    await this.#takeover.looked;
    return await findLog(user, this.#settings.store.as(user), this.#replies, asked);
  }

  /** The log of the reply that a reader comes back to, in whatever conversation it is; else as {@link logOf}. */
  async logOfEvent(user: string, lastEventId: string): Promise<EventLog | undefined> {
    await this.#takeover.looked;
    return await findLogOfEvent(this.#settings.store.as(user), this.#replies, lastEventId);
  }

  /** Ends a reply that is written here, as another HMI was asked to; see {@link ReplyCanceller.endForOther}. */
  cancelForOther(sessionId: string, messageId: string | undefined): void {
    this.#cancellations.endForOther(sessionId, messageId);
  }

  /**
   * Ends a conversation's reply, or only the one that is named by itself or by the message that it answers; answers
   * when it is saved, so that the next message is taken. Throws `message_not_found`, or the store's error where it
   * cannot be saved yet.
   */
  async cancel(user: string, sessionId: string, messageId?: string): Promise<CancelAnswer> {
    await this.#takeover.looked;
    this.#summaries.drop(sessionId);
    return await this.#cancellations.cancel(user, sessionId, messageId);
  }

  /** Ends a conversation's reply and its summary, if one runs, and waits until all is saved that can be. */
  async settle(sessionId: string): Promise<void> {
    await this.#takeover.looked;
    this.#summaries.drop(sessionId);
    const reply = this.#replies.find(sessionId);
    if (reply === undefined || reply.log.ended) return;
    // What cannot be saved is told by what is done next.
    await this.#cancellations.end(reply).catch(() => undefined);
  }

  /** Forgets a deleted conversation. */
  forget(sessionId: string): void {
    this.#replies.forget(sessionId);
  }

  /** Saves what every reply has, and leaves those that run to the next HMI. */
  async close(): Promise<void> {
    this.#takeover.close();
    await Promise.all([this.#summaries.close(), this.#replies.close()]);
  }

  #onEnded(reply: ReplyRelay, outcome: ReplyOutcome): void {
    logEnded(this.#settings.log, reply, outcome);
    if (outcome === "complete") this.#summaries.consider(reply.user, reply.sessionId);
    else this.#summaries.goOn();
    if (outcome === "waiting") void reply.savedLate.then(() => this.#publishEnded(reply));
    else if (outcome !== "left" && outcome !== "lost") this.#publishEnded(reply, outcome);
  }

  #publishEnded({ user, sessionId, messageId, savedStatus }: ReplyRelay, status = savedStatus): void {
    if (status === undefined) return;
    const event = { type: "reply_ended", session_id: sessionId, assistant_message_id: messageId } as const;
    this.#settings.events.publish(user, { ...event, status });
  }
}
