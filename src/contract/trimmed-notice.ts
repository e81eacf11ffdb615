import type { StreamEvent } from "./event-schemas.ts";

/** Tells that this many of the oldest messages were not sent, because they have no room in the model's window. */
export function trimmedNotice(leftOut: number): StreamEvent & { readonly type: "notice" } {
  const what = leftOut === 1 ? "The oldest message was" : `The ${leftOut} oldest messages were`;
  return {
    type: "notice",
    code: "context_trimmed",
    message: `${what} not sent: there is no room in the model's window.`,
    hint: "Begin a new conversation, or give the model a larger window (num_ctx).",
    left_out: leftOut,
  };
}
