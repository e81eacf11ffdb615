import type { ChatRequest } from "../../contract/gateway-schemas.ts";
import type { Session } from "../../contract/hmi-schemas.ts";
import { WireError } from "../../contract/wire-error.ts";
import { requireAgent } from "../conversations/agents.ts";
import type { ClientKey, ConversationStore, Exchange } from "../conversations/conversation-store.ts";
import { pendingChatRequest, readTurn, type TurnContext } from "../conversations/reply-request.ts";
import { isStoreUnavailable } from "../conversations/store-unavailable.ts";
import type { ThinkAndKeepAlive } from "../conversations/think-and-keep-alive.ts";
import type { Draining } from "../http/draining.ts";
import type { EventLog } from "../stream/event-log.ts";
import type { BackgroundSummaries } from "./background-summaries.ts";
import { chooseModel } from "./choose-model.ts";
import type { AskedLog } from "./find-reply-log.ts";
import { type HmiLog, logSteps } from "./hmi-log-lines.ts";
import { type Again, clientKeyOf, type Outgoing } from "./outgoing-message.ts";
import { refuseUnableModel } from "./refuse-unable-model.ts";
import type { ReplyRelay } from "./reply-relay.ts";
import type { RunningReplies } from "./running-replies.ts";
import { type SavedMessage, saveMessage } from "./save-message.ts";
import type { UserEventPublisher } from "./shared-user-events.ts";
import type { ReplyTakeover } from "./take-over-replies.ts";

export interface ExchangeSettings extends TurnContext {
  readonly store: ConversationStore;
  /** Where it is told what happens in users' conversations. */
  readonly events: UserEventPublisher;
  readonly log: HmiLog;
  /** Whether it takes new messages still. */
  readonly draining: Pick<Draining, "begin">;
}

/** What an exchange is begun with. */
interface ExchangeParts {
  readonly settings: ExchangeSettings;
  readonly replies: RunningReplies;
  readonly summaries: Pick<BackgroundSummaries, "giveWay">;
  readonly takeover: Pick<ReplyTakeover, "looked" | "orLookAgain">;
  /** {@link ChatService.logOf} */
  readonly logOf: (user: string, asked: AskedLog) => Promise<EventLog | undefined>;
}

/** A message that is saved, with the conversation that it was sent to and the log of its reply. */
export interface SentAndSaved {
  readonly sessionId: string;
  readonly exchange: Exchange;
  /** Throws `owner_unreachable` where another HMI writes the reply: then only the message is known here. */
  readonly log: () => Promise<EventLog | undefined>;
}

/** Sending, and having answered again: from a user's message to its reply, which has begun then. */
export class ExchangeStarter {
  readonly #parts: ExchangeParts;
  /** Messages with a client key that are being saved right now: the same one may arrive twice at once. */
  readonly #sending = new Map<string, Promise<SentAndSaved>>();

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** Saves the message and begins its reply; a message with a known client key joins the reply it has. */
  async send(user: string, outgoing: Outgoing): Promise<SentAndSaved> {
    return await this.#parts.settings.draining.begin(() => this.#send(user, outgoing));
  }

  async #send(user: string, outgoing: Outgoing): Promise<SentAndSaved> {
    await this.#parts.takeover.looked;
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
    return await this.#parts.settings.draining.begin(() => this.#regenerate(user, again));
  }

  async #regenerate(user: string, again: Again): Promise<SentAndSaved> {
    await this.#parts.takeover.looked;
    const { sessionId, messageId, model: modelName, settings } = again;
    const store = this.#parts.settings.store.as(user);
    const { session, history, profile } = await readTurn(store, sessionId);
    const defaultModel = session.model ?? profile?.default_model ?? null;
    const { messages } = history;
    const asked = messages.findLast(({ role }) => role === "user");
    const before = messages.findLast(({ role }) => role === "assistant");
    const model = modelName ?? before?.model_name ?? defaultModel;
    await refuseUnableModel(
      { images: asked?.images, settings },
      async () => model,
      this.#parts.settings.limitsOf,
    );
    await this.#parts.replies.find(sessionId)?.saveNow();
    const exchange = await this.#parts.takeover.orLookAgain(() =>
      store.messages.beginAgain({ sessionId, messageId, modelName, defaultModel }),
    );
    if (session.archived) {
      this.#parts.settings.events.publish(user, { type: "session_changed", session: exchange.session });
    }
    const reply = this.#ask({ user, session: exchange.session, exchange, settings });
    return this.#tellBegun(reply, exchange);
  }

  async #sendOnce(user: string, outgoing: Outgoing, clientKey: ClientKey): Promise<SentAndSaved> {
    try {
      return await this.#sendNew(user, outgoing, clientKey);
    } catch (error) {
      // Nobody waits twice for a store that cannot be used.
      if (isStoreUnavailable(error) && this.#parts.replies.waiting.length === 0) throw error;
      // One that was sent before is answered as then, whatever would be in its way now.
      const { messages } = this.#parts.settings.store.as(user);
      const exchange = await messages.findExchange(clientKey, outgoing.sessionId);
      if (exchange === undefined) throw error;
      return this.#joined(user, exchange);
    }
  }

  async #sendNew(user: string, outgoing: Outgoing, clientKey: ClientKey | undefined): Promise<SentAndSaved> {
    const store = this.#parts.settings.store.as(user);
    // Checked before a conversation is made for an agent or a model that cannot take the message.
    if (outgoing.agentId !== undefined) requireAgent(outgoing.agentId);
    const { edits } = outgoing;
    const edited = edits === undefined ? undefined : await store.messages.find(edits);
    const asked = { ...outgoing, images: outgoing.images ?? edited?.images };
    await refuseUnableModel(asked, () => chooseModel(store, outgoing), this.#parts.settings.limitsOf);
    const { settings, clientMessageId } = outgoing;
    const ask = (saved: SavedMessage): ReplyRelay =>
      this.#ask({ user, session: saved.session, exchange: saved, settings, created: saved.created });
    let reply: ReplyRelay | undefined;
    const takeBack = (): void => void reply?.takeBack();
    /** The gateway is asked while the message is on its way to the disk; nobody is told of it before it is there. */
    const onCommitting = (saved: SavedMessage): void => {
      takeBack();
      reply = saved.isNew ? ask(saved) : undefined;
    };
    const begun = await this.#parts.takeover
      .orLookAgain(() => saveMessage(store, this.#parts.replies, outgoing, { clientKey, onCommitting }))
      .catch((error: unknown) => {
        takeBack();
        throw error;
      });
    // Another process was first with the same client key.
    if (!begun.isNew) return this.#joined(user, begun);
    const { before, created, session } = begun;
    // A store that is safe with its commit tells nothing before.
    reply ??= ask(begun);
    if (created) this.#parts.settings.events.publish(user, { type: "session_changed", session: before });
    // Its title is made from its first message, and a message brings an archived one back.
    if (session.title !== before.title || before.archived) {
      this.#parts.settings.events.publish(user, { type: "session_changed", session });
    }
    return this.#tellBegun(reply, begun, clientMessageId);
  }

  /** Not async: between the reply's row and the reply itself a reader would get the reply before it. */
  #ask({ user, session, exchange, settings, created = false }: Begun): ReplyRelay {
    this.#parts.summaries.giveWay();
    return this.#parts.replies.begin({
      user,
      row: exchange.reply,
      messageId: exchange.user.message_id,
      created: created ? session : undefined,
      question: () => this.#questionFor(user, exchange, settings),
      // What a message says of itself is not in its row.
      byPostOnly: Object.keys(settings ?? {}).length > 0,
    });
  }

  /** Tells those who listen of a reply that has begun, and whose message is saved. */
  #tellBegun(reply: ReplyRelay, exchange: Exchange, clientMessageId: string | null = null): SentAndSaved {
    const { user, sessionId, messageId } = reply;
    this.#parts.settings.events.publish(user, {
      type: "reply_started",
      session_id: sessionId,
      message_id: exchange.user.message_id,
      assistant_message_id: messageId,
      client_message_id: clientMessageId,
    });
    logSteps(this.#parts.settings.log, reply);
    return { sessionId, exchange, log: async () => reply.log };
  }

  async #questionFor(user: string, exchange: Exchange, own: ThinkAndKeepAlive = {}): Promise<ChatRequest> {
    const store = this.#parts.settings.store.as(user);
    const { session_id, message_id } = exchange.reply;
    const request = await pendingChatRequest(store, session_id, this.#parts.settings, own);
    if (request?.message_id !== message_id) {
      throw new WireError("nothing_to_stream", `Reply ${message_id} is not to be written any more.`);
    }
    return request;
  }

  #joined(user: string, exchange: Exchange): SentAndSaved {
    const { session_id: sessionId, message_id: messageId } = exchange.reply;
    // By its name, as it is then: at another HMI it may have come to its end meanwhile.
    return { sessionId, exchange, log: () => this.#parts.logOf(user, { sessionId, messageId }) };
  }
}

/** A message whose reply has its row, and is now to be asked for. */
interface Begun {
  readonly user: string;
  readonly session: Session;
  readonly exchange: Exchange;
  readonly settings?: ThinkAndKeepAlive | undefined;
  /** True where this message made the conversation. */
  readonly created?: boolean;
}
