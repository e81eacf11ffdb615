import * as z from "zod";
import type { Message } from "../../contract/hmi-schemas.ts";
import { ConversationAnsweredError } from "../conversations/conversation-answered-error.ts";
import { isPassedOn, userOf } from "../http/user-of-request.ts";
import {
  answerAtOwner,
  CANCEL_PATIENCE,
  type OwnerPatience,
  READER_PATIENCE,
} from "../replicas/forward-to-owner.ts";
import type { ReplicaBus } from "../replicas/replica-bus.ts";
import type { CallForwarder, OtherReplica, PassableCall } from "../replicas/replica-call-forwarder.ts";
import type { AskedLog } from "./find-reply-log.ts";
import type { ReplyOwners } from "./reply-owners.ts";

export interface CallsAtReplyOwnerParts {
  readonly owners: ReplyOwners;
  readonly passer: CallForwarder;
  readonly bus: ReplicaBus;
  /** Ends a reply that is written here, because a copy that does not reach us by our address was asked to. */
  readonly cancelHere: (sessionId: string, messageId: string | undefined) => void;
}

const TOPIC = "cancel";

/** How long an owner may take to answer what would begin a reply, in milliseconds: its store may be slow just then. */
const BEGIN_ANSWER_MS = 10_000;

const CancelMessage = z.object({ session_id: z.string(), message_id: z.optional(z.string()) });

/** Has calls about a running reply answered by the HMI that writes it (contract, section 9). */
export class CallsAtReplyOwner {
  readonly #parts: CallsAtReplyOwnerParts;

  constructor(parts: CallsAtReplyOwnerParts) {
    this.#parts = parts;
    parts.bus.subscribe(TOPIC, {
      onMessage(message) {
        const told = CancelMessage.safeParse(message);
        if (told.success) parts.cancelHere(told.data.session_id, told.data.message_id);
      },
      // Whoever has cancelled was told that nobody answers, and cancels again.
      onGap: () => undefined,
    });
  }

  /**
   * Answers a call about a conversation's reply; false where it is to be answered here. Throws
   * `conversation_not_found` or `owner_unreachable`.
   */
  async answer(call: PassableCall, asked: AskedLog): Promise<boolean> {
    return await this.#answer(
      call,
      () => this.#parts.owners.of(userOf(call.request), asked),
      READER_PATIENCE,
    );
  }

  /** The same for the reply of this row. */
  async answerForReply(call: PassableCall, row: Message): Promise<boolean> {
    return await this.#answer(call, () => this.#parts.owners.ofReply(row), READER_PATIENCE);
  }

  /** The same for the reply that a reader comes back to, in whatever conversation it is. */
  async answerForEvent(call: PassableCall, lastEventId: string): Promise<boolean> {
    const find = () => this.#parts.owners.ofEvent(userOf(call.request), lastEventId);
    return await this.#answer(call, find, READER_PATIENCE);
  }

  /** The same for a cancel: an owner that does not answer is told in another way, too. */
  async answerCancel(call: PassableCall, asked: AskedLog): Promise<boolean> {
    const { sessionId, messageId } = asked;
    const find = () => this.#parts.owners.of(userOf(call.request), asked);
    const onUnreachable = (): void =>
      this.#parts.bus.publish(TOPIC, { session_id: sessionId, message_id: messageId });
    return await this.#answer(call, find, { ...CANCEL_PATIENCE, onUnreachable });
  }

  /**
   * Does what a conversation takes only while none of its replies is being written; undefined where the HMI that writes one has
   * answered: only that one knows whether it has ended, and merely waits to be saved. Throws `owner_unreachable`, or what `act` does.
   */
  async actWhereAnswered<Done>(call: PassableCall, act: () => Promise<Done>): Promise<Done | undefined> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof ConversationAnsweredError) || isPassedOn(call.request)) throw error;
      const { sessionId } = error;
      const find = () => this.#parts.owners.of(userOf(call.request), { sessionId });
      if (await this.#answer(call, find, { answerMs: BEGIN_ANSWER_MS, waitMs: 0 })) return undefined;
    }
    // It is written here, or has come to its end meanwhile.
    return await act();
  }

  async #answer(
    call: PassableCall,
    find: () => Promise<OtherReplica | undefined>,
    patience: OwnerPatience,
  ): Promise<boolean> {
    return await answerAtOwner(this.#parts.passer, call, find, patience);
  }
}
