import { type EventId, parseEventId } from "../../contract/event-id.ts";
import type { CancelAnswer } from "../../contract/gateway.ts";
import type { Message, Profile, Session } from "../../contract/hmi.ts";
import { messageOf, WireError, withoutStop } from "../../errors.ts";
import { requireAgent } from "../conversations/agents.ts";
import { fingerprintOf } from "../conversations/client-key.ts";
import type {
  ClientKey,
  ConversationStore,
  Destination,
  Exchange,
  History,
  UserStore,
} from "../conversations/store.ts";
import { chatRequest } from "../conversations/turn.ts";
import type { EventLog } from "../stream/event-log.ts";
import { Replies, type RepliesSettings } from "./replies.ts";
import { Summaries } from "./summaries.ts";

export interface ChatSettings extends Omit<RepliesSettings, "replies" | "onAbandoned" | "onComplete"> {
  readonly store: ConversationStore;
  /** Told how many replies of a stopped HMI are taken up again, where there are any. */
  readonly onTakenOver: (count: number) => void;
}

/** When it is looked again whether another HMI has left its replies, in milliseconds. */
const LOOK_AGAIN_MS = 1_000;

/** A message that a user sends. */
export interface Outgoing extends Destination {
  readonly content: string;
  readonly clientMessageId?: string | undefined;
}

/** A message that is saved, with the conversation that it was sent to and the log of its reply. */
export interface Sent {
  readonly sessionId: string;
  readonly exchange: Exchange;
  readonly log: EventLog;
}

/** Sending, streaming and cancelling: what happens between a user's message and its saved reply. */
export class Chat {
  readonly #settings: ChatSettings;
  readonly #replies: Replies;
  readonly #summaries: Summaries;
  /** Messages with a client key that are being saved right now: the same one may arrive twice at once. */
  readonly #sending = new Map<string, Promise<Sent>>();
  /** Resolves when {@link resume} is done; nobody is answered about a reply before. */
  readonly #resumed = Promise.withResolvers<void>();
  #look: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(settings: ChatSettings) {
    const { store, onError } = settings;
    this.#settings = settings;
    this.#summaries = new Summaries(settings);
    this.#replies = new Replies({
      ...settings,
      replies: store.replies,
      onComplete: ({ user, sessionId }) => this.#summaries.consider(user, sessionId),
      onAbandoned: ({ sessionId }) => {
        const failed = (error: unknown): void => onError(error, `cancelling conversation ${sessionId}`);
        this.cancel(sessionId).catch(failed);
      },
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

  /**
   * Takes up the replies that another HMI left running. They go on behind the readers' backs, as all replies do.
   * Those of one that still runs are looked at again until they have ended or are left.
   */
  async resume(): Promise<void> {
    const { replies, heldByOthers } = await this.#settings.store.replies.takeOver();
    for (const left of replies) this.#replies.rejoin(left);
    if (replies.length > 0) this.#settings.onTakenOver(replies.length);
    if (heldByOthers > 0 && !this.#isClosed) this.#lookAgain();
    this.#resumed.resolve();
  }

  /** Saves the message and begins its reply; a message with a known client key joins the reply it has. */
  async send(user: string, outgoing: Outgoing): Promise<Sent> {
    await this.#resumed.promise;
    const clientKey = clientKeyOf(outgoing);
    if (clientKey === undefined) return await this.#sendNew(user, outgoing, clientKey);
    const name = JSON.stringify([user, outgoing.sessionId, clientKey]);
    const known = this.#sending.get(name) ?? this.#sendOnce(user, outgoing, clientKey);
    this.#sending.set(name, known);
    return await known.finally(() => this.#sending.delete(name));
  }

  /**
   * Answers the conversation's last message again, by this model or by the same as before. Throws
   * `nothing_to_regenerate`, or `generation_in_progress` while a reply runs.
   */
  async regenerate(user: string, sessionId: string, model: string | undefined): Promise<Sent> {
    await this.#resumed.promise;
    const store = this.#settings.store.as(user);
    const session = await store.conversations.get(sessionId);
    const profile = await store.profiles.context(session.model_id);
    const defaultModel = session.model ?? profile?.default_model ?? null;
    await this.#replies.find(sessionId)?.saveNow();
    const exchange = await this.#begin(() =>
      store.messages.beginAgain({ sessionId, modelName: model, defaultModel }),
    );
    return this.#answer({ user, session: exchange.session, exchange, profile, history: exchange.history });
  }

  /**
   * The log of a conversation's reply: the one that a reader comes back to; else the running one, or the
   * last. Throws `conversation_not_found` or `nothing_to_stream`.
   */
  async logOf(user: string, sessionId: string, seen: EventId | undefined): Promise<EventLog> {
    await this.#resumed.promise;
    const store = this.#settings.store.as(user);
    const before = seen && (await findReply(store, seen.messageId));
    if (before?.session_id === sessionId) return this.#replies.logOf(before);
    // Whose it is, before any reply of it is looked at.
    await store.conversations.get(sessionId);
    const kept = this.#replies.find(sessionId);
    if (kept !== undefined) return kept.log;
    const rows = await store.messages.list(sessionId);
    const last = rows.findLast((row) => row.role === "assistant" && row.status !== "streaming");
    if (last !== undefined) return this.#replies.logOf(last);
    throw new WireError(
      "nothing_to_stream",
      `Conversation ${sessionId} has no reply yet.`,
      "Send a message first.",
    );
  }

  /** The log of the reply that a reader comes back to, in whatever conversation it is. Throws `not_found`. */
  async logOfEvent(user: string, lastEventId: string): Promise<EventLog> {
    await this.#resumed.promise;
    const row = await findReply(this.#settings.store.as(user), parseEventId(lastEventId)?.messageId ?? "");
    if (row !== undefined) return this.#replies.logOf(row);
    throw new WireError(
      "not_found",
      `Last-Event-ID "${lastEventId}" names no reply here.`,
      "Send the message again without Last-Event-ID.",
    );
  }

  /**
   * Ends a conversation's reply at the gateway; answers when it is saved, so that the next message is taken.
   * Throws the store's error where it cannot be saved yet.
   */
  async cancel(sessionId: string): Promise<CancelAnswer> {
    await this.#resumed.promise;
    this.#summaries.giveWay(sessionId);
    const reply = this.#replies.find(sessionId);
    await reply?.heard;
    const answer = await this.#cancelAtGateway(sessionId);
    // Also where the gateway is idle: it may just have ended the reply, which is not saved yet.
    await reply?.ended;
    await reply?.saveNow();
    return answer;
  }

  /** Ends a conversation's reply and its summary, if one runs, and waits until all is saved. */
  async settle(sessionId: string): Promise<void> {
    await this.#resumed.promise;
    this.#summaries.giveWay(sessionId);
    const reply = this.#replies.find(sessionId);
    if (reply === undefined || reply.log.ended) return;
    // Without the gateway too: it gives up by itself what nobody reads.
    await this.cancel(sessionId).catch(() => reply.interrupt());
  }

  /** Forgets a deleted conversation. */
  forget(sessionId: string): void {
    this.#replies.forget(sessionId);
  }

  /** Saves what every reply has, and leaves those that run to the next HMI. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#look);
    await Promise.all([this.#summaries.close(), this.#replies.close()]);
  }

  async #sendOnce(user: string, outgoing: Outgoing, clientKey: ClientKey): Promise<Sent> {
    const { messages } = this.#settings.store.as(user);
    const exchange = await messages.findExchange(clientKey, outgoing.sessionId);
    if (exchange === undefined) return await this.#sendNew(user, outgoing, clientKey);
    return this.#joined(exchange);
  }

  async #sendNew(user: string, outgoing: Outgoing, clientKey: ClientKey | undefined): Promise<Sent> {
    const store = this.#settings.store.as(user);
    // Checked before a conversation is made for an agent that does not exist.
    if (outgoing.agentId !== undefined) requireAgent(outgoing.agentId);
    const { session, created } = await store.conversations.open(outgoing, clientKey?.id);
    const profile = await store.profiles.context(session.model_id);
    const model = outgoing.model ?? session.model ?? profile?.default_model ?? undefined;
    await this.#replies.find(session.session_id)?.saveNow();
    const { summary, messages } = await store.messages.history(session.session_id);
    const begun = await this.#begin(() =>
      store.messages.begin({
        sessionId: session.session_id,
        content: outgoing.content,
        modelName: model ?? null,
        clientKey,
      }),
    );
    // Another process was first with the same client key.
    if (!begun.isNew) return this.#joined(begun);
    const history = { summary, messages: [...messages, begun.user] };
    return this.#answer({ user, session: begun.session, exchange: begun, profile, history, created });
  }

  async #begin<Begun>(begin: () => Promise<Begun>): Promise<Begun> {
    try {
      return await begin();
    } catch (error) {
      // It may be the reply of an HMI that has died since.
      if (error instanceof WireError && error.code === "generation_in_progress") this.#lookAgain();
      throw error;
    }
  }

  #lookAgain(): void {
    clearTimeout(this.#look);
    const look = async (): Promise<void> => {
      await this.resume().catch((error: unknown) => {
        this.#settings.onError(error, "looking for replies that another HMI left");
        this.#lookAgain();
      });
    };
    if (!this.#isClosed) this.#look = setTimeout(() => void look(), LOOK_AGAIN_MS);
  }

  /** Not async: between the reply's row and the reply itself a reader would get the reply before it. */
  #answer({ user, session, exchange, profile, history, created = false }: Begun): Sent {
    const { session_id: sessionId } = session;
    this.#summaries.giveWay(sessionId);
    const request = chatRequest({ session, profile, history, reply: exchange.reply });
    const { log } = this.#replies.begin(user, exchange.reply, request, created ? session : undefined);
    return { sessionId, exchange, log };
  }

  #joined(exchange: Exchange): Sent {
    return { sessionId: exchange.user.session_id, exchange, log: this.#replies.logOf(exchange.reply) };
  }

  async #cancelAtGateway(session_id: string): Promise<CancelAnswer> {
    try {
      return await this.#settings.gateway.cancel(session_id);
    } catch (error) {
      // Its store need not be ours: what it does not know it does not work on.
      const isUnknown = error instanceof WireError && error.code === "conversation_not_found";
      if (isUnknown) return { status: "idle", session_id };
      throw error;
    }
  }
}

/** A message whose reply is on disk, and is now to be asked for. */
interface Begun {
  readonly user: string;
  readonly session: Session;
  readonly exchange: Exchange;
  readonly profile: Profile | null;
  /** What was said, the message that is to be answered last. */
  readonly history: History;
  /** True where this message made the conversation. */
  readonly created?: boolean;
}

async function findReply(store: UserStore, messageId: string): Promise<Message | undefined> {
  const row = await store.messages.find(messageId);
  return row?.role === "assistant" ? row : undefined;
}

function clientKeyOf({ clientMessageId, content, model, modelId }: Outgoing): ClientKey | undefined {
  if (clientMessageId === undefined) return undefined;
  return { id: clientMessageId, fingerprint: fingerprintOf({ content, model, modelId }) };
}
