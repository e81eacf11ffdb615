import { WireError } from "../../contract/wire-error.ts";
import type { FinalDelta } from "./engine-deltas.ts";

/** Whether a reader has anything to read: white space alone is no reply. */
export function isReadable(text: string): boolean {
  return text.trim() !== "";
}

/** What came of a reply before its last word. */
export interface WrittenParts {
  /** Whether any of its text {@link isReadable}. */
  readonly hasText: boolean;
  readonly hasThoughts: boolean;
}

/** The error of a reply that the engine called whole, and in which nothing is said; undefined where something is. */
export function emptyReplyError(
  final: FinalDelta,
  { hasText, hasThoughts }: WrittenParts,
): WireError | undefined {
  return hasText ? undefined : whyEmpty(final, hasThoughts);
}

/** Why it has no text, and what a person can do (contract, section 1). */
function whyEmpty({ finishReason, why }: FinalDelta, hasThoughts: boolean): WireError {
  const isCut = finishReason === "length";
  if (why === "tool_calls") {
    return new WireError(
      "empty_reply",
      "The model only called a tool, and said nothing; this stack has no tools.",
      "Send the message again, or choose another model.",
    );
  }
  if (why === "content_filter") {
    return new WireError(
      "empty_reply",
      "The engine's filter kept back all that the model said.",
      "Say it in other words.",
    );
  }
  if (hasThoughts && isCut) {
    return new WireError(
      "empty_reply",
      "The model used up all the tokens that it may write while it thought, and said nothing.",
      "Raise num_predict (or num_ctx), or have the model think less or not at all.",
    );
  }
  if (hasThoughts) {
    return new WireError(
      "empty_reply",
      "The model thought, and then said nothing.",
      "Send the message again, or have the model not think.",
    );
  }
  return isCut
    ? new WireError(
        "empty_reply",
        "The reply was over before its first word: it may have too few tokens.",
        "Raise num_predict (or num_ctx).",
      )
    : new WireError(
        "empty_reply",
        "The model said nothing.",
        "Send the message again, or choose another model.",
      );
}
