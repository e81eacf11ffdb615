import type { CancelAnswer } from "../../contract/gateway-schemas.ts";
import type { ConversationStore } from "../conversations/conversation-store.ts";
import { cancelReply } from "./cancel-reply.ts";
import { findExchange } from "./find-reply-log.ts";
import type { GatewayClient } from "./gateway-client.ts";
import type { ReplyRelay } from "./reply-relay.ts";
import type { SaverSettings } from "./reply-saver.ts";
import type { RunningReplies } from "./running-replies.ts";

interface CancellationParts extends Pick<SaverSettings, "onError"> {
  readonly store: ConversationStore;
  readonly gateway: GatewayClient;
  readonly replies: RunningReplies;
}

/** How long the gateway may take to answer about what does not run here, in milliseconds. */
const ANSWER_MS = 700;

/** Ends replies on somebody's wish. A reply that is named is the only one that is ended. */
export class ReplyCanceller {
  readonly #parts: CancellationParts;
  /** Replies that somebody has cancelled: to whoever comes later, nothing runs. */
  readonly #cancelled = new WeakSet<ReplyRelay>();

  constructor(parts: CancellationParts) {
    this.#parts = parts;
  }

  /**
   * Ends a conversation's reply, or only the one that is named by itself or by the message that it answers. Throws
   * `message_not_found`, or the store's error where it cannot be saved yet.
   */
  async cancel(user: string, sessionId: string, messageId?: string): Promise<CancelAnswer> {
    const { store, replies } = this.#parts;
    const idle: CancelAnswer = { status: "idle", session_id: sessionId };
    let name = messageId;
    let status: string | undefined;
    if (messageId !== undefined && messageId !== replies.find(sessionId)?.messageId) {
      const { reply } = await findExchange(store.as(user), sessionId, messageId);
      name = reply.message_id;
      status = reply.status;
    }
    const present = replies.find(sessionId);
    const isMeant = name === undefined || name === present?.messageId;
    if (present !== undefined && isMeant && !present.log.ended) {
      const isCancelled = await this.end(present);
      // Another HMI has taken it over, and has it from the gateway, as this one has.
      if ((await present.ended) === "left") return await this.#cancelElsewhere(sessionId, present.messageId);
      return isCancelled ? { ...idle, status: "cancelled", message_id: present.messageId } : idle;
    }
    if (isMeant) await present?.saveNow();
    // It has ended; what runs now is another one, which nobody wants to cancel.
    const isOver = name !== undefined && (isMeant || status !== "streaming");
    return isOver ? idle : await this.#cancelElsewhere(sessionId, name);
  }

  /** Ends a reply, and waits until that is saved; true for whoever was the first to cancel it. */
  async end(reply: ReplyRelay): Promise<boolean> {
    const isFirst = !this.#cancelled.has(reply);
    this.#cancelled.add(reply);
    const isCancelled = await cancelReply(reply, this.#parts.gateway);
    await reply.saveNow();
    return isFirst && isCancelled;
  }

  /** The same behind everybody's back. */
  endInBackground(reply: ReplyRelay): void {
    const failed = (error: unknown): void =>
      this.#parts.onError(error, `cancelling reply ${reply.messageId}`);
    this.end(reply).catch(failed);
  }

  /** Ends the reply of that name, or whichever runs, where it is written here: another HMI was asked to, and cannot. */
  endForOther(sessionId: string, messageId: string | undefined): void {
    const reply = this.#parts.replies.find(sessionId);
    const isMeant = messageId === undefined || reply?.names.includes(messageId);
    if (reply !== undefined && !reply.log.ended && isMeant) this.endInBackground(reply);
  }

  /** Cancels what does not run here, but perhaps at the gateway: for another HMI, or left there by a dead one. */
  async #cancelElsewhere(session_id: string, messageId: string | undefined): Promise<CancelAnswer> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    try {
      return await this.#parts.gateway.cancel(session_id, { messageId, signal });
    } catch {
      // What it does not know, or does not answer about, is nothing that this service has to wait for.
      return { status: "idle", session_id };
    }
  }
}
