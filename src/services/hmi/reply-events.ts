import {
  type ErrorEvent,
  type FinishReason,
  ownFinishReason,
  type StartedEvent,
  type StreamEvent,
  type UsageEvent,
  usageOf,
} from "../../contract/event-schemas.ts";
import { endedStatus, type Message, type MessageStatus, type Session } from "../../contract/hmi-schemas.ts";
import { WireError } from "../../contract/wire-error.ts";
import { messageOf, withoutStop } from "../../errors/thrown-error.ts";
import { EventLog } from "../stream/event-log.ts";
import { missingStart } from "./received-reply.ts";

/** What a reader is told that has gone wrong. */
export type ReplyError = Omit<ErrorEvent, "type">;

/** What a reader is told of a reply that a stopping service cut short. */
export const INTERRUPTED: ReplyError = {
  code: "reply_interrupted",
  message: "The reply was interrupted because a service stopped; this is what had arrived.",
  hint: "Have the message answered again, or send another one.",
};

/** What a reader is told whose reply is not this service's to write any more. */
export const LOST: ReplyError = {
  code: "reply_lost",
  message: "The reply could not be saved: it is not there any more, or its conversation was deleted.",
  hint: "Load the conversation again to see what is saved.",
};

/** What a reader is told of a reply that has ended, and that the store could not take. */
export function notSavedYet(reason: unknown): ReplyError {
  const { message, hint } = reason instanceof WireError ? reason : { message: messageOf(reason) };
  return {
    code: "reply_not_saved",
    message: `The reply has ended but is not saved yet: ${withoutStop(message)}. It is kept, and saved as soon as that can be done.`,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** What a reader is told of a reply that its gateway calls a success, and in which nothing is said. */
export function emptyReply(hasThoughts: boolean): ReplyError {
  return {
    code: "empty_reply",
    message: hasThoughts
      ? "The model has thought, and ended without an answer."
      : "The reply has ended without any text.",
    hint: hasThoughts
      ? "Send the message with think: false, or allow the model more tokens (`num_predict`)."
      : "Have the message answered again, or choose another model.",
  };
}

/** What a reader is told of a reply that would not end. */
export function replyTimeout(maxReplyMs: number): ReplyError {
  return {
    code: "reply_timeout",
    message: `The reply took longer than ${maxReplyMs / 1_000} s; this is what had come by then.`,
    hint: "Send a message that asks for less, limit the model (`num_predict`), or raise stream.max_reply_ms.",
  };
}

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

/** The log of a reply that ended earlier, made again from its row, without asking the engine. */
export function logOfRow(row: Message, messageId: string | null): EventLog {
  const log = new EventLog(row.message_id);
  log.append(startedEvent({ row, messageId }), { type: "status_update", status: "planning" });
  const told = new Map(row.notices.map((notice) => [notice.code, { type: "notice", ...notice } as const]));
  const trimmed = told.get("context_trimmed");
  const repeating = told.get("repeating");
  log.append(...(trimmed ? [trimmed] : []), ...missingStart(log.place.step));
  if (row.thinking !== null) log.append({ type: "thinking", content: row.thinking });
  if (row.content !== "") log.append({ type: "token", content: row.content });
  log.append(...(repeating ? [repeating] : []), ...endingOf(row));
  return log;
}

function endingOf(row: Message): StreamEvent[] {
  const { usage, timings } = row;
  return endingEvents({
    status: endedStatus(row.status),
    finishReason: row.finish_reason ?? "stop",
    // What it cost is in no row.
    usage: usage === null ? undefined : { type: "usage", usage, cost_usd: null, timings },
    error: row.error ?? INTERRUPTED,
    hasBegun: row.content !== "" || row.thinking !== null,
  });
}
