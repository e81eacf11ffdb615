import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { failureOf, type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import type { Context } from "../contract-conversations.ts";
import { settledRowsOf } from "../conversation-rows.ts";
import { texts } from "../hear-reply.ts";
import { requireMiddle } from "../held-back-replies.ts";
import { rowStateInWords } from "../row-words.ts";
import { endInWords, isWholeEnding, lastWord } from "../stream-endings.ts";
import { answerInWords, cancelStatusOf } from "./judge-both-ends.ts";
import { beginReply, type RunningReply, requireCancellable, type SeenCancel } from "./running-reply.ts";

interface TwoReplies {
  /** As of {@link CancelledReply}. */
  readonly isForeign: boolean;
  readonly answer: SeenCancel;
  readonly cancelled: SeenStream | null;
  /** Of the conversation that nobody cancelled. */
  readonly other: SeenStream | null;
  /** Null where the back end shows none. */
  readonly otherRows: readonly SeenRow[] | null;
}

export const onlyItsOwn = defineCheck<Context["target"], TwoReplies>({
  id: "cancel/only-its-own",
  claim: "a cancel ends the reply of its own conversation and no other",
  why: "A service with one 'current generation' cancels whichever began last.",
  lookAt: "how the generation to cancel is found: by the conversation's id alone",
  needs: ["cancel"],
  async collect(context) {
    const begin = (name: string, options: EngineOptions): Promise<RunningReply> =>
      beginReply(context, options, `Count to 200. ${context.canary(name)}`);
    const slow = { num_predict: 400, stand_in_tokens: 100, stand_in_token_ms: 20 };
    requireMiddle(context, slow);
    const own = await begin("own", slow);
    // Its silence is the time in which the cancel of the first could hit it.
    const brief = { stand_in_tokens: 9, stand_in_pause_after: 3, stand_in_pause_ms: 250 };
    const other = await begin("other", { num_predict: 24, ...brief });
    await own.until("its first token", texts(1));
    const answer = await own.cancel();
    const left = await other.ended;
    // By then it has ended too, unless the cancel went astray.
    own.leave();
    await requireCancellable(context, own);
    const { capabilities } = context.target;
    return {
      isForeign: !capabilities.has("speak the contract"),
      answer,
      cancelled: await own.ended,
      other: left,
      otherRows: capabilities.has("show rows") ? await settledRowsOf(context, other.talk) : null,
    };
  },
  judge({ isForeign, answer, cancelled, other, otherRows }) {
    if (cancelStatusOf(answer) === "idle")
      throw new CouldNotRun("the reply had ended before it could be cancelled");
    requireOther(other);
    const ends = { own: wordOf(cancelled), other: wordOf(other) };
    const seen = `of two replies one was cancelled: ${answerInWords(answer)}; it ended with ${ends.own}, the other with ${ends.other}`;
    const row = otherRows?.find(({ role }) => role === "assistant");
    const isSaved =
      otherRows === null ||
      row?.status === "complete" ||
      (isForeign && row !== undefined && row.status === undefined);
    const isOtherWhole = other !== null && isWholeEnding(lastWord(other)) && isSaved;
    const own = cancelled === null ? "nothing" : lastWord(cancelled);
    const isOver = isForeign ? answer === "closed" || own !== "given-up" : own === "done (cancelled)";
    if (isOtherWhole && isOver) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "the one cancelled, the other written to its end",
      found: `${ends.own} and ${ends.other}, of the other ${rowStateInWords(row)}`,
      seen,
      rows: otherRows ?? [],
    };
  },
});

function wordOf(stream: SeenStream | null): string {
  return stream === null ? "nothing" : endInWords(stream);
}

/** How failures are told that a cancel has made. */
const BY_CANCEL = /cancel|abort|stop|interrupt/i;

/** Throws {@link CouldNotRun} where the other message failed by itself, or its reply says nothing: no cancel has hit it. */
function requireOther(other: SeenStream | null): void {
  if (other === null) return;
  const failure = failureOf(other);
  if (failure !== undefined && !BY_CANCEL.test(failure.message)) {
    throw new CouldNotRun(`the other message got no reply: it ended with ${endInWords(other)}`);
  }
  if (textOf(other) === "" && isWholeEnding(lastWord(other))) {
    throw new CouldNotRun("the reply that nobody cancelled had no text");
  }
}
