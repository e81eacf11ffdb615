import { WireError } from "../../contract/wire-error.ts";
import { beginningOf } from "./beginning-of-text.ts";

/** Counts what is sent for one reply, so that none grows without end. */
export interface ReplyLimit {
  /** As much of a piece of the reply as fits; the rest of it is over the limit. */
  fit(text: string): string;
  /** Counts what is not the reply's text, but is sent for it, in characters. */
  count(chars: number): void;
  /** Throws a WireError `reply_too_long` where more was sent than fits. */
  check(): void;
}

/** A limit for what `sender` (`engine`, `gateway`) sends for one reply, in UTF-16 code units. */
export function createReplyLimit(sender: string, maxChars: number): ReplyLimit {
  let sent = 0;
  return {
    fit(text) {
      const room = Math.max(maxChars - sent, 0);
      sent += text.length;
      return beginningOf(text, room);
    },
    count(chars) {
      sent += chars;
    },
    check() {
      if (sent <= maxChars) return;
      throw new WireError(
        "reply_too_long",
        `The ${sender} sent more than ${maxChars} characters for one reply; this is what fits.`,
        "Send a message that asks for less, limit the model (`num_predict`), or raise stream.max_reply_chars.",
      );
    },
  };
}

/** What is told of a reply that would not end. @param maxReplyMs the setting `stream.max_reply_ms` */
export function replyTimeoutError(maxReplyMs: number): WireError {
  return new WireError(
    "reply_timeout",
    `The reply took longer than ${maxReplyMs / 1_000} s; this is what had come by then.`,
    "Send a message that asks for less, limit the model (`num_predict`), or raise stream.max_reply_ms.",
  );
}
