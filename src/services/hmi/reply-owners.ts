import { parseEventId, STEP } from "../../contract/event-id.ts";
import type { Message } from "../../contract/hmi-schemas.ts";
import type { ConversationStore } from "../conversations/conversation-store.ts";
import type { OtherReplica } from "../replicas/replica-call-forwarder.ts";
import type { AskedLog } from "./find-reply-log.ts";
import type { RunningReplies } from "./running-replies.ts";
import type { ReplyTakeover } from "./take-over-replies.ts";

interface ReplyOwnersParts {
  readonly store: ConversationStore;
  readonly replies: Pick<RunningReplies, "find">;
  readonly takeover: Pick<ReplyTakeover, "looked" | "takeOver">;
}

/** A running reply is the last that is shown; beside it there may be a summary that was made meanwhile. */
const LAST_ROWS = 3;

/** Finds the other HMI that writes a reply which somebody asks this one about (contract, section 9). */
export class ReplyOwners {
  readonly #parts: ReplyOwnersParts;

  constructor(parts: ReplyOwnersParts) {
    this.#parts = parts;
  }

  /**
   * The other HMI that writes the running reply of a conversation, where a call is about that one: it names it, comes
   * back to it, or names none. Undefined where this HMI writes it, or none runs that is meant. Throws
   * `conversation_not_found`.
   */
  async of(user: string, { sessionId, messageId, seen }: AskedLog): Promise<OtherReplica | undefined> {
    await this.#parts.takeover.looked;
    const present = this.#parts.replies.find(sessionId);
    if (present !== undefined && !present.log.ended) return undefined;
    const { messages } = this.#parts.store.as(user);
    const running = (await messages.list(sessionId, LAST_ROWS)).find(({ status }) => status === "streaming");
    if (running === undefined) return undefined;
    const { message_id, parent_id } = running;
    if (messageId !== undefined && messageId !== message_id && messageId !== parent_id) return undefined;
    const isOfAnother = messageId === undefined && seen !== undefined && seen.messageId !== message_id;
    // Whoever comes back to a reply that is not there any more, and has not seen its end, is shown the present one.
    const isElsewhere =
      isOfAnother &&
      (seen.place.step >= STEP.done || (await messages.exchangeOf(seen.messageId)) !== undefined);
    return isElsewhere ? undefined : await this.ofReply(running);
  }

  /** The same for the reply that a reader comes back to, in whatever conversation it is. */
  async ofEvent(user: string, lastEventId: string): Promise<OtherReplica | undefined> {
    await this.#parts.takeover.looked;
    const seen = parseEventId(lastEventId)?.messageId;
    const row = seen === undefined ? undefined : await this.#parts.store.as(user).messages.find(seen);
    return row === undefined ? undefined : await this.ofReply(row);
  }

  /** The other HMI that writes this reply; undefined where this one does, or nobody: it has ended, or is taken over now. */
  async ofReply(row: Message): Promise<OtherReplica | undefined> {
    if (row.status !== "streaming" || this.#isOurs(row)) return undefined;
    const { replies } = this.#parts.store;
    const other = await replies.otherWriterOf(row.message_id);
    if (other !== undefined || this.#isOurs(row)) return other;
    // Its writer has ended: this is the first to see it, perhaps.
    await this.#parts.takeover.takeOver();
    return this.#isOurs(row) ? undefined : await replies.otherWriterOf(row.message_id);
  }

  #isOurs({ session_id, message_id }: Message): boolean {
    return this.#parts.replies.find(session_id)?.messageId === message_id;
  }
}
