import type { StreamSettings } from "../../config/config-schema.ts";
import type { CancelAnswer, ChatRequest } from "../../contract/gateway-schemas.ts";
import type { Message, Session } from "../../contract/hmi-schemas.ts";
import { WireError } from "../../contract/wire-error.ts";
import { messageOf, withoutStop } from "../../errors/thrown-error.ts";
import { requireAgent } from "../conversations/agents.ts";
import type { ClientKey, ConversationStore, Exchange } from "../conversations/conversation-store.ts";
import { pendingChatRequest, readTurn, type TurnContext } from "../conversations/conversation-turn.ts";
import type { EngineSettings } from "../conversations/engine-settings.ts";
import { isStoreUnwell } from "../conversations/store-unwell.ts";
import type { Draining } from "../http/draining.ts";
import type { EventLog } from "../stream/event-log.ts";
import { BackgroundSummaries } from "./background-summaries.ts";
import { CancelRequests } from "./cancel-requests.ts";
import { chooseModel } from "./choose-model.ts";
import { type AskedLog, findLog, findLogOfEvent } from "./find-reply-log.ts";
import { ReplyOwners } from "./find-reply-owner.ts";
import type { GatewayClient } from "./gateway-client.ts";
import { type HmiLog, logEnded, logSteps } from "./hmi-log-lines.ts";
import type { HmiReply, ReplyOutcome } from "./hmi-reply.ts";
import { OrphanedReplies } from "./orphaned-replies.ts";
import { type Again, clientKeyOf, type Outgoing } from "./outgoing-message.ts";
import { refuseUnableModel } from "./refuse-unable-model.ts";
import type { SaverSettings } from "./reply-saver.ts";
import { RunningReplies } from "./running-replies.ts";
import { saveMessage } from "./save-message.ts";
import type { UserEventPublisher } from "./shared-user-events.ts";

export interface ChatSettings extends TurnContext, Pick<SaverSettings, "onError"> {
  readonly stream: StreamSettings;
  readonly store: ConversationStore;
  readonly gateway: GatewayClient;
  /** Where it is told what happens in users' conversations. */
  readonly events: UserEventPublisher;
  readonly log: HmiLog;
  /** Whether it takes new messages still. */
  readonly draining: Pick<Draining, "begin">;
  /** See `OrphanedReplies`. */
  readonly lookForLeftEveryMs: number;
  /** See `SummarySettings`. */
  readonly summaryQuietMs: number;
  /** Told how many replies of a stopped HMI are taken up again, where there are any. */
  readonly onTakenOver: (count: number) => void;
}

/** A message that is saved, with the conversation that it was sent to and the log of its reply. */
export interface SentAndSaved {
  readonly sessionId: string;
  readonly exchange: Exchange;
  /** Throws `owner_unreachable` where another HMI writes the reply: then only the message is known here. */
  readonly log: () => Promise<EventLog | undefined>;
}

/** Sending, streaming and cancelling: what happens between a user's message and its saved reply. */
export class ChatService {
  readonly #settings: ChatSettings;
  readonly #replies: RunningReplies;
  readonly #summaries: BackgroundSummaries;
  readonly #cancellations: CancelRequests;
  readonly #left: OrphanedReplies;
  /** The other HMIs on the same database that write replies. */
  readonly owners: ReplyOwners;
  /** Messages with a client key that are being saved right now: the same one may arrive twice at once. */
  readonly #sending = new Map<string, Promise<SentAndSaved>>();

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
      onAbandoned: (reply) => this.#cancellations.endInBackground(reply),
      onError,
    });
    this.#cancellations = new CancelRequests({ store, gateway, replies: this.#replies, onError });
    this.#left = new OrphanedReplies({
      replies: store.replies,
      known: () => this.#replies.ids,
      rejoin: (left) => this.#replies.rejoin(left),
      onTakenOver: settings.onTakenOver,
      lookForLeftEveryMs: settings.lookForLeftEveryMs,
      onError,
    });
    this.owners = new ReplyOwners({ store, replies: this.#replies, left: this.#left });
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
    await this.#left.lookFirst();
  }

  /** Saves the message and begins its reply; a message with a known client key joins the reply it has. */
  async send(user: string, outgoing: Outgoing): Promise<SentAndSaved> {
    return await this.#settings.draining.begin(() => this.#send(user, outgoing));
  }

  async #send(user: string, outgoing: Outgoing): Promise<SentAndSaved> {
    await this.#left.looked;
    const clientKey = clientKeyOf(outgoing);
    if (clientKey === undefined) return await this.#sendNew(user, outgoing, clientKey);
    const name = JSON.stringify([user, outgoing.sessionId, clientKey]);
    const known = this.#sending.get(name) ?? this.#sendOnce(user, outgoing, clientKey);
    this.#sending.set(name, known);
    return await known.finally(() => this.#sending.delete(name));
  }

  /**
   * Answers the conversation's last message again. Throws `nothing_to_regenerate`, `message_not_found` or
   * `message_superseded`; or `generation_in_progress` while a reply runs.
   */
  async regenerate(user: string, again: Again): Promise<SentAndSaved> {
    return await this.#settings.draining.begin(() => this.#regenerate(user, again));
  }

  async #regenerate(user: string, again: Again): Promise<SentAndSaved> {
    await this.#left.looked;
    const { sessionId, messageId, model: modelName, settings } = again;
    const store = this.#settings.store.as(user);
    const { session, history, profile } = await store.snapshot((own) => readTurn(own, sessionId));
    const defaultModel = session.model ?? profile?.default_model ?? null;
    const { messages } = history;
    const asked = messages.findLast(({ role }) => role === "user");
    const before = messages.findLast(({ role }) => role === "assistant");
    const model = modelName ?? before?.model_name ?? defaultModel;
    await refuseUnableModel({ images: asked?.images, settings }, async () => model, this.#settings.limitsOf);
    await this.#replies.find(sessionId)?.saveNow();
    const exchange = await this.#begin(() =>
      store.messages.beginAgain({ sessionId, messageId, modelName, defaultModel }),
    );
    if (session.archived) {
      this.#settings.events.publish(user, { type: "session_changed", session: exchange.session });
    }
    return this.#answer({ user, session: exchange.session, exchange, settings });
  }

  /**
   * Shows the way that a message is on, and gives back what is shown then. Throws `message_not_found`, or
   * `generation_in_progress` while a reply runs.
   */
  async choose(user: string, sessionId: string, messageId: string): Promise<Message[]> {
    await this.#left.looked;
    const { messages, conversations } = this.#settings.store.as(user);
    await conversations.get(sessionId);
    await this.#replies.find(sessionId)?.saveNow();
    const shown = await this.#begin(() => messages.choose(sessionId, messageId));
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
    await this.#left.looked;
    return await findLog(user, this.#settings.store.as(user), this.#replies, asked);
  }

  /** The log of the reply that a reader comes back to, in whatever conversation it is; else as {@link logOf}. */
  async logOfEvent(user: string, lastEventId: string): Promise<EventLog | undefined> {
    await this.#left.looked;
    return await findLogOfEvent(this.#settings.store.as(user), this.#replies, lastEventId);
  }

  /** Ends a reply that is written here, as another HMI was asked to; see {@link CancelRequests.endForOther}. */
  cancelForOther(sessionId: string, messageId: string | undefined): void {
    this.#cancellations.endForOther(sessionId, messageId);
  }

  /**
   * Ends a conversation's reply, or only the one that is named by itself or by the message that it answers; answers
   * when it is saved, so that the next message is taken. Throws `message_not_found`, or the store's error where it
   * cannot be saved yet.
   */
  async cancel(user: string, sessionId: string, messageId?: string): Promise<CancelAnswer> {
    await this.#left.looked;
    this.#summaries.drop(sessionId);
    return await this.#cancellations.cancel(user, sessionId, messageId);
  }

  /** Ends a conversation's reply and its summary, if one runs, and waits until all is saved that can be. */
  async settle(sessionId: string): Promise<void> {
    await this.#left.looked;
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
    this.#left.close();
    await Promise.all([this.#summaries.close(), this.#replies.close()]);
  }

  async #sendOnce(user: string, outgoing: Outgoing, clientKey: ClientKey): Promise<SentAndSaved> {
    try {
      return await this.#sendNew(user, outgoing, clientKey);
    } catch (error) {
      // Nobody waits twice for a store that cannot be used.
      if (isStoreUnwell(error) && this.#replies.waiting.length === 0) throw error;
      // One that was sent before is answered as then, whatever would be in its way now.
      const { messages } = this.#settings.store.as(user);
      const exchange = await messages.findExchange(clientKey, outgoing.sessionId);
      if (exchange === undefined) throw error;
      return this.#joined(user, exchange);
    }
  }

  async #sendNew(user: string, outgoing: Outgoing, clientKey: ClientKey | undefined): Promise<SentAndSaved> {
    const store = this.#settings.store.as(user);
    // Checked before a conversation is made for an agent or a model that cannot take the message.
    if (outgoing.agentId !== undefined) requireAgent(outgoing.agentId);
    const { edits } = outgoing;
    const edited = edits === undefined ? undefined : await store.messages.find(edits);
    const asked = { ...outgoing, images: outgoing.images ?? edited?.images };
    await refuseUnableModel(asked, () => chooseModel(store, outgoing), this.#settings.limitsOf);
    const begun = await this.#begin(() => saveMessage(store, this.#replies, outgoing, clientKey));
    // Another process was first with the same client key.
    if (!begun.isNew) return this.#joined(user, begun);
    const { before, created, session } = begun;
    if (created) this.#settings.events.publish(user, { type: "session_changed", session: before });
    // Its title is made from its first message, and a message brings an archived one back.
    if (session.title !== before.title || before.archived) {
      this.#settings.events.publish(user, { type: "session_changed", session });
    }
    const { settings, clientMessageId } = outgoing;
    return this.#answer({ user, session, exchange: begun, settings, created, clientMessageId });
  }

  async #begin<Begun>(begin: () => Promise<Begun>): Promise<Begun> {
    try {
      return await begin();
    } catch (error) {
      // It may be the reply of an HMI that has died since.
      if (error instanceof WireError && error.code === "generation_in_progress") this.#left.lookAgain();
      throw error;
    }
  }

  /** Not async: between the reply's row and the reply itself a reader would get the reply before it. */
  #answer({
    user,
    session,
    exchange,
    settings,
    created = false,
    clientMessageId = null,
  }: Begun): SentAndSaved {
    const { session_id: sessionId } = session;
    const { message_id: messageId } = exchange.user;
    this.#summaries.giveWay();
    const reply = this.#replies.begin({
      user,
      row: exchange.reply,
      messageId,
      created: created ? session : undefined,
      question: () => this.#questionFor(user, exchange, settings),
      // What a message says of itself is not in its row.
      byPostOnly: Object.keys(settings ?? {}).length > 0,
    });
    this.#settings.events.publish(user, {
      type: "reply_started",
      session_id: sessionId,
      message_id: messageId,
      assistant_message_id: reply.messageId,
      client_message_id: clientMessageId,
    });
    logSteps(this.#settings.log, reply);
    return { sessionId, exchange, log: async () => reply.log };
  }

  async #questionFor(user: string, exchange: Exchange, own: EngineSettings = {}): Promise<ChatRequest> {
    const store = this.#settings.store.as(user);
    const { session_id, message_id } = exchange.reply;
    const request = await pendingChatRequest(store, session_id, this.#settings, own);
    if (request?.message_id !== message_id) {
      throw new WireError("nothing_to_stream", `Reply ${message_id} is not to be written any more.`);
    }
    return request;
  }

  #joined(user: string, exchange: Exchange): SentAndSaved {
    const { session_id: sessionId, message_id: messageId } = exchange.reply;
    // By its name, as it is then: at another HMI it may have come to its end meanwhile.
    return { sessionId, exchange, log: () => this.logOf(user, { sessionId, messageId }) };
  }

  #onEnded(reply: HmiReply, outcome: ReplyOutcome): void {
    logEnded(this.#settings.log, reply, outcome);
    if (outcome === "complete") this.#summaries.consider(reply.user, reply.sessionId);
    else this.#summaries.goOn();
    if (outcome === "waiting") void reply.savedLate.then(() => this.#publishEnded(reply));
    else if (outcome !== "left" && outcome !== "lost") this.#publishEnded(reply, outcome);
  }

  #publishEnded({ user, sessionId, messageId, savedStatus }: HmiReply, status = savedStatus): void {
    if (status === undefined) return;
    const event = { type: "reply_ended", session_id: sessionId, assistant_message_id: messageId } as const;
    this.#settings.events.publish(user, { ...event, status });
  }
}

/** A message whose reply is on disk, and is now to be asked for. */
interface Begun {
  readonly user: string;
  readonly session: Session;
  readonly exchange: Exchange;
  readonly settings?: EngineSettings | undefined;
  /** True where this message made the conversation. */
  readonly created?: boolean;
  readonly clientMessageId?: string | null | undefined;
}
