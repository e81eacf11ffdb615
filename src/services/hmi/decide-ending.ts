import type { FinishReason } from "../../contract/event-schemas.ts";
import type { ReplyEnding } from "../conversations/reply-store.ts";
import { replyTimeoutError } from "../stream/reply-limit.ts";
import type { NormalizedGatewayReply } from "./normalized-gateway-reply.ts";
import {
  INTERRUPTED,
  NO_REASON,
  noTextError,
  notBegunError,
  type ReplyError,
  toReplyError,
} from "./reply-errors.ts";

/** How a reply has ended, as its row says it and its readers are told. */
export interface DecidedEnding extends Pick<ReplyEnding, "status"> {
  readonly finishReason: FinishReason;
  /** Null where it did not fail. */
  readonly error: ReplyError | null;
}

/** The ending of a reply whose gateway has said `done`. */
export function endingByDone(
  finishReason: FinishReason,
  { text, thinking, error }: Pick<NormalizedGatewayReply, "text" | "thinking" | "error">,
): DecidedEnding {
  if (finishReason === "cancelled") return { status: "cancelled", finishReason, error: null };
  if (finishReason === "error") return failed(error ?? NO_REASON);
  // What other gateways call a success; ours tells it apart by itself.
  if (text.trim() === "") return failed(noTextError(thinking !== ""));
  return { status: "complete", finishReason, error: null };
}

/** Why a reply ends although its gateway has not said `done`. */
export interface EndedEarly {
  readonly thrown: unknown;
  /** Why the HMI itself has ended it; undefined where it has not. */
  readonly end: "cancelled" | "timeout" | undefined;
  /** Whether an HMI that was stopped began it. */
  readonly isRejoined: boolean;
  readonly maxReplyMs: number;
  /** Whether its gateway has said that it is being written. */
  readonly isWritten: boolean;
}

/** Codes of failures by a bound that the HMI holds, too. */
const OWN_BOUNDS: ReadonlySet<string> = new Set(["reply_too_long", "reply_timeout"]);

/** The ending of such a reply, and whether its gateway is to be told that it is over: it need not have noticed. */
export function endingWithoutDone(
  { thrown, end, isRejoined, maxReplyMs, isWritten }: EndedEarly,
  received: Pick<NormalizedGatewayReply, "error">,
): DecidedEnding & { readonly isGatewayToStop: boolean } {
  if (end === "cancelled") {
    return { status: "cancelled", finishReason: "cancelled", error: null, isGatewayToStop: false };
  }
  const error = end === "timeout" ? timeoutError(maxReplyMs, isWritten) : toReplyError(thrown);
  const isGatewayToStop = OWN_BOUNDS.has(error.code);
  if (isRejoined && !isGatewayToStop) return { ...failed(INTERRUPTED, "interrupted"), isGatewayToStop };
  return { ...failed(received.error ?? error), isGatewayToStop };
}

function timeoutError(maxReplyMs: number, isWritten: boolean): ReplyError {
  return isWritten ? toReplyError(replyTimeoutError(maxReplyMs)) : notBegunError(maxReplyMs);
}

function failed(error: ReplyError, status: "error" | "interrupted" = "error"): DecidedEnding {
  return { status, finishReason: "error", error };
}
