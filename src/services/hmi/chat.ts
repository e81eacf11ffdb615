import type { CancelAnswer } from "../../contract/gateway.ts";
import type { Message } from "../../contract/hmi.ts";
import { WireError } from "../../errors.ts";
import { requireAgent } from "../conversations/agents.ts";
import type { ConversationStore, Destination, Exchange } from "../conversations/store.ts";
import { chatRequest } from "../conversations/turn.ts";
import type { EventLog } from "../stream/event-log.ts";
import type { GatewayClient } from "./gateway-client.ts";
import { Reply, type ReplyStart } from "./reply.ts";
import { logOfRow } from "./reply-events.ts";
import { Summaries } from "./summaries.ts";

export interface ChatSettings {
  readonly store: ConversationStore;
  readonly gateway: GatewayClient;
  readonly saveEveryMs: number;
  /** How long a finished reply's events are kept as they were sent, in milliseconds. */
  readonly keepFinishedMs: number;
  /** Told of what fails behind a reader's back. */
  readonly onError: (error: unknown, what: string) => void;
}

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
  /** The last reply of each conversation: running, or kept for late readers. */
  readonly #replies = new Map<string, Reply>();
  /** Messages with a client key that are being saved right now: the same one may arrive twice at once. */
  readonly #sending = new Map<string, Promise<Sent>>();
  readonly #summaries: Summaries;

  constructor(settings: ChatSettings) {
    this.#settings = settings;
    this.#summaries = new Summaries(settings);
  }

  get activeCount(): number {
    return [...this.#replies.values()].filter((reply) => !reply.log.ended).length;
  }

  /** Saves the message and begins its reply; a message with a known client key joins the reply it has. */
  async send(outgoing: Outgoing): Promise<Sent> {
    const { clientMessageId } = outgoing;
    if (clientMessageId === undefined) return await this.#sendNew(outgoing);
    const known = this.#sending.get(clientMessageId) ?? this.#sendOnce(outgoing, clientMessageId);
    this.#sending.set(clientMessageId, known);
    return await known.finally(() => this.#sending.delete(clientMessageId));
  }

  /** The log of a conversation's reply: the running one, or its last. Throws `nothing_to_stream`. */
  async logOf(sessionId: string): Promise<EventLog> {
    const kept = this.#replies.get(sessionId);
    if (kept !== undefined) return kept.log;
    const rows = await this.#settings.store.messages.list(sessionId);
    const last = rows.findLast((row) => row.role === "assistant" && row.status !== "streaming");
    if (last !== undefined) return logOfRow(last);
    throw new WireError(
      "nothing_to_stream",
      `Conversation ${sessionId} has no reply yet.`,
      "Send a message first.",
    );
  }

  /** The log of one reply, by its row. */
  logOfReply(row: Message): EventLog {
    const kept = this.#replies.get(row.session_id);
    return kept?.log.messageId === row.message_id ? kept.log : logOfRow(row);
  }

  /** Ends a conversation's reply at the gateway; answers when it is saved, so that the next message is taken. */
  async cancel(sessionId: string): Promise<CancelAnswer> {
    const reply = this.#replies.get(sessionId);
    await reply?.heard;
    const answer = await this.#settings.gateway.cancel(sessionId);
    if (answer.status === "cancelled") await reply?.ended;
    return answer;
  }

  /** Ends a conversation's reply and its summary, if one runs, and waits until all is saved. */
  async settle(sessionId: string): Promise<void> {
    this.#summaries.giveWay(sessionId);
    const reply = this.#replies.get(sessionId);
    if (reply === undefined || reply.log.ended) return;
    await this.cancel(sessionId);
    await reply.ended;
  }

  /** Forgets a deleted conversation. */
  forget(sessionId: string): void {
    this.#replies.delete(sessionId);
  }

  /** Saves what every running reply has, as interrupted. */
  async close(): Promise<void> {
    const running = [...this.#replies.values()].filter((reply) => !reply.log.ended);
    await Promise.all([this.#summaries.close(), ...running.map((reply) => reply.interrupt())]);
  }

  async #sendOnce(outgoing: Outgoing, clientMessageId: string): Promise<Sent> {
    const exchange = await this.#settings.store.messages.findExchange(clientMessageId);
    if (exchange === undefined) return await this.#sendNew(outgoing);
    return this.#joined(exchange);
  }

  async #sendNew(outgoing: Outgoing): Promise<Sent> {
    const { store } = this.#settings;
    // Checked before a conversation is made for an agent that does not exist.
    if (outgoing.agentId !== undefined) requireAgent(outgoing.agentId);
    const { session, created } = await store.conversations.open(outgoing);
    const profile = await store.profiles.context(session.model_id);
    const model = outgoing.model ?? session.model ?? profile?.default_model ?? undefined;
    const history = await store.messages.history(session.session_id);
    const begun = await store.messages.begin({
      sessionId: session.session_id,
      content: outgoing.content,
      modelName: model ?? null,
      clientMessageId: outgoing.clientMessageId,
    });
    // Another process was first with the same client key.
    if (!begun.isNew) return this.#joined(begun);

    // From here to the reply nothing may be awaited: a reader that comes meanwhile would get the reply before it.
    this.#summaries.giveWay(session.session_id);
    const said = { ...history, messages: [...history.messages, begun.user] };
    const request = chatRequest({ session: begun.session, profile, history: said, reply: begun.reply });
    const reply = this.#begin({ session: begun.session, created, row: begun.reply, request });
    return { sessionId: session.session_id, exchange: begun, log: reply.log };
  }

  #joined(exchange: Exchange): Sent {
    return { sessionId: exchange.user.session_id, exchange, log: this.logOfReply(exchange.reply) };
  }

  #begin(start: ReplyStart): Reply {
    const { gateway, store, saveEveryMs } = this.#settings;
    const reply = new Reply(start, { gateway, messages: store.messages, saveEveryMs });
    this.#replies.set(reply.sessionId, reply);
    void reply.ended.then((status) => this.#afterEnd(reply, status));
    return reply;
  }

  #afterEnd(reply: Reply, status: Message["status"]): void {
    if (status === "complete") this.#summaries.consider(reply.sessionId);
    const forget = (): void => {
      if (this.#replies.get(reply.sessionId) === reply) this.#replies.delete(reply.sessionId);
    };
    setTimeout(forget, this.#settings.keepFinishedMs).unref();
  }
}
