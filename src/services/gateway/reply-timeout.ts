import type { WireError } from "../../contract/wire-error.ts";
import { replyTimeoutError } from "../stream/reply-limit.ts";

/**
 * The end of a reply that takes too long: after `max_reply_ms` milliseconds, whether the engine writes or is silent (0: never),
 * `giveUp` is called with its error. Returns what calls it off.
 */
export function startReplyTimeout(max_reply_ms: number, giveUp: (error: WireError) => void): () => void {
  if (max_reply_ms === 0) return () => undefined;
  const timer = setTimeout(() => giveUp(replyTimeoutError(max_reply_ms)), max_reply_ms).unref();
  return () => clearTimeout(timer);
}
