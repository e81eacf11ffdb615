import {
  type FinishReason,
  ownFinishReason,
  type StartedEvent,
  type StreamEvent,
  type UsageEvent,
  usageOf,
} from "../../contract/event-schemas.ts";
import type { Message, MessageStatus, Session } from "../../contract/hmi-schemas.ts";
import type { ReplyError } from "./reply-errors.ts";

/** Whose reply a stream tells. */
export interface StartedReply {
  readonly row: Message;
  /** The user's message that it answers; null where that is gone. */
  readonly messageId: string | null;
  /** The conversation, where that message made it. */
  readonly created?: Session | undefined;
}

/** The event that every stream of a reply begins with. */
export function startedEvent({ row, messageId, created }: StartedReply): StartedEvent {
  return {
    type: "started",
    session_id: row.session_id,
    message_id: messageId,
    assistant_message_id: row.message_id,
    model: row.model_name,
    model_id: row.model_id,
    ...(created && { created: true, title: created.title }),
  };
}

/** How a reply ended. */
export interface EndedReply {
  readonly status: Exclude<MessageStatus, "streaming">;
  readonly finishReason: FinishReason;
  readonly usage: UsageEvent | undefined;
  readonly error: ReplyError;
  /** True where something had been said or thought. */
  readonly hasBegun: boolean;
}

const NOT_COUNTED: UsageEvent = {
  type: "usage",
  usage: usageOf(null, null),
  cost_usd: null,
  timings: null,
};

/** The events of an ending, in the contract's order. */
export function endingEvents({ status, finishReason, usage, error, hasBegun }: EndedReply): StreamEvent[] {
  const counted = usage ?? NOT_COUNTED;
  switch (status) {
    case "complete":
      return [
        { type: "status_update", status },
        counted,
        { type: "done", finish_reason: ownFinishReason(finishReason) },
      ];
    case "cancelled":
      return [{ type: "status_update", status }, counted, { type: "done", finish_reason: "cancelled" }];
    default:
      return [
        { type: "status_update", status: "error" },
        { type: "error", ...error },
        ...(hasBegun || usage !== undefined ? [counted] : []),
        { type: "done", finish_reason: "error" },
      ];
  }
}
