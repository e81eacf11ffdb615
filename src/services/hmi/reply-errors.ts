/** What a reader is told where a reply goes wrong, and what goes into its row. */
import type { ErrorEvent } from "../../contract/event-schemas.ts";
import { WireError } from "../../contract/wire-error.ts";
import { messageOf, withoutStop } from "../../errors/thrown-error.ts";

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
export function noTextError(hasThoughts: boolean): ReplyError {
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

/** What a reader is told of a reply that its gateway has not begun to write in the time that a whole one may take. */
export function notBegunError(maxReplyMs: number): ReplyError {
  return {
    code: "reply_timeout",
    message: `The gateway was asked for the reply, and has not begun to write it in ${maxReplyMs / 1_000} s.`,
    hint: "`stack doctor` says whether it works; where a model takes longer to load, raise stream.max_reply_ms.",
  };
}

/** What a reader is told of a reply that its gateway ended as failed, without a reason. */
export const NO_REASON: ReplyError = {
  code: "gateway_error",
  message: "The gateway ended the reply as failed, and did not say why.",
};

/** What of an error goes into the row: when to come back is soon no longer true. */
export function keptOf({ code, message, hint }: Pick<WireError, "code" | "message" | "hint"> | ReplyError) {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

/** What a reader is told of whatever ended a reply. */
export function toReplyError(thrown: unknown): ReplyError {
  if (thrown instanceof WireError) return keptOf(thrown);
  return {
    code: "gateway_error",
    message: `The gateway's stream was cut off: ${messageOf(thrown)}.`,
    hint: "Run `stack status` to see whether the gateway is down; then retry.",
  };
}
