import { WireError } from "../../contract/wire-error.ts";

/**
 * The end of a reply that takes too long: after `max_reply_ms` milliseconds, whether the engine writes or is silent (0: never),
 * `giveUp` is called with its error. Returns what calls it off.
 */
export function startReplyTimeout(max_reply_ms: number, giveUp: (error: WireError) => void): () => void {
  if (max_reply_ms === 0) return () => undefined;
  const timer = setTimeout(() => giveUp(replyTimeoutError(max_reply_ms)), max_reply_ms).unref();
  return () => clearTimeout(timer);
}

function replyTimeoutError(max_reply_ms: number): WireError {
  return new WireError(
    "reply_timeout",
    `The reply was not finished in ${max_reply_ms / 1_000} s; this is what had come.`,
    "Send a message that asks for less, limit the model (num_predict), or raise stream.max_reply_ms.",
  );
}
