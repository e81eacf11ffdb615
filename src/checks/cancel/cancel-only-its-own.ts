import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { isSameText } from "../../targets/compare-texts.ts";
import { failureOf, type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { causeInOnlyTurn, unsavedReply } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { conversationRows, settledRowsOf } from "../conversation-rows.ts";
import { rowStateInWords } from "../row-words.ts";
import { endedInWords, endInWords, isWholeEnding, lastWord } from "../stream-endings.ts";
import { answerInWords, cancelStatusOf } from "./judge-both-ends.ts";
import { requireMiddleToCancel, untilInMiddle } from "./reply-middle.ts";
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
  /** Those of the conversation that was cancelled, on a wire that is not ours; null where it shows none. */
  readonly ownRows?: readonly SeenRow[] | null;
}

export const onlyItsOwn = defineCheck<Context["target"], TwoReplies>({
  id: "cancel/only-its-own",
  claim: "a cancel ends the reply of its own conversation and no other",
  why: "A service with one 'current generation' cancels whichever began last.",
  lookAt: "how the generation to cancel is found: by the conversation's id alone",
  needs: ["cancel"],
  async collect(context) {
    const messageOf = (name: string): string => `Count to 200. ${context.canary(name)}`;
    const begin = (name: string, options: EngineOptions): Promise<RunningReply> =>
      beginReply(context, options, messageOf(name));
    const slow = { num_predict: 400, stand_in_tokens: 100, stand_in_token_ms: 20 };
    requireMiddleToCancel(context, slow);
    const own = await begin("own", slow);
    // Its silence is the time in which the cancel of the first could hit it.
    const brief = { stand_in_tokens: 9, stand_in_pause_after: 3, stand_in_pause_ms: 250 };
    const other = await begin("other", { num_predict: 24, ...brief });
    await untilInMiddle(context, own, { asked: messageOf("own"), pieces: 1 });
    const answer = await own.cancel();
    const left = await other.ended;
    // By then it has ended too, unless the cancel went astray.
    own.leave();
    await requireCancellable(context, own);
    const { capabilities } = context.target;
    const isForeign = !capabilities.has("speak the contract");
    const isShown = isForeign && capabilities.has("show rows") && own.talk.conversation !== null;
    return {
      isForeign,
      answer,
      ...(isForeign && { ownRows: isShown ? await conversationRows(context, own.talk) : null }),
      cancelled: await own.ended,
      other: left,
      otherRows: capabilities.has("show rows") ? await settledRowsOf(context, other.talk) : null,
    };
  },
  judge({ isForeign, answer, cancelled, other, otherRows, ownRows = null }) {
    if (cancelStatusOf(answer) === "idle")
      throw new CouldNotRun("the reply had ended before it could be cancelled");
    requireOther(other);
    const ends = { own: wordOf(cancelled), other: wordOf(other) };
    const seen = `of two replies one was cancelled: ${answerInWords(answer)}; its stream ${ends.own}, the other's ${ends.other}`;
    const row = otherRows?.find(({ role }) => role === "assistant");
    const isSaved =
      otherRows === null ||
      row?.status === "complete" ||
      (isForeign && row !== undefined && row.status === undefined);
    const isWritten = other !== null && isWholeEnding(lastWord(other));
    const isOtherWhole = isWritten && isSaved;
    const own = cancelled === null ? "nothing" : lastWord(cancelled);
    const isOver = isForeign ? answer === "closed" || own !== "given-up" : own === "done (cancelled)";
    if (isOtherWhole && isOver) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "the one cancelled, the other written to its end",
      found: `the cancelled one's stream ${ends.own}, the other's ${ends.other}; of the other ${rowStateInWords(row)}`,
      seen,
      rows: otherRows ?? [],
      ...(isWritten &&
        isOver &&
        otherRows !== null &&
        causeOf({ rows: otherRows, ownRows, text: textOf(other), isForeign })),
    };
  },
});

/** What is at fault where the other reply is not in its conversation: another one may be, of which there is none in its own. */
function causeOf({
  rows,
  ownRows,
  text,
  isForeign,
}: {
  readonly rows: readonly SeenRow[];
  readonly ownRows: readonly SeenRow[] | null;
  readonly text: string;
  readonly isForeign: boolean;
}): Pick<Broken, "cause"> {
  const hasReply = (seen: readonly SeenRow[]): boolean => seen.some(({ role }) => role === "assistant");
  const isTextIn = (seen: readonly SeenRow[]): boolean =>
    seen.some(({ content }) => isSameText(content, text));
  if (isForeign && ownRows !== null && hasReply(rows) && !isTextIn(rows)) {
    // Each may have the other's.
    return !hasReply(ownRows) || isTextIn(ownRows) ? unsavedReply("whole") : {};
  }
  return causeInOnlyTurn({ rows, kind: "whole", isForeign });
}

function wordOf(stream: SeenStream | null): string {
  return stream === null ? "never began" : endedInWords(stream);
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
