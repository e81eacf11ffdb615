import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { isSameText } from "../../targets/compare-texts.ts";
import type { Sent } from "../../targets/drivers/chat-client.ts";
import { refusedWords } from "../../targets/drivers/refusal.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { findReplyRow } from "../../targets/reply-rows.ts";
import { isUnfinishedRow, unfinishedReply, unsavedReply } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { settledRowsOf } from "../conversation-rows.ts";
import { hear } from "../hear-reply.ts";
import { rowStateInWords } from "../row-words.ts";
import { endedInWords, isWholeEnding, lastWord } from "../stream-endings.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";
import { endOf } from "./cancelled-reply.ts";
import { answerInWords } from "./judge-both-ends.ts";
import { requireMiddleToCancel, untilInMiddle } from "./reply-middle.ts";
import { beginReply, isAnswered, requireCancellable, type SeenCancel } from "./running-reply.ts";

interface NextMessage {
  /** As of {@link CancelledReply}; left out by the contract's own wire. */
  readonly isForeign?: boolean;
  readonly cancel: SeenCancel;
  /** What the message after the cancel answered. */
  readonly sent: Pick<Sent, "isTaken" | "call">;
  /** Its reply; null where it was refused. */
  readonly stream: SeenStream | null;
  /** Null where the back end shows none. */
  readonly rows: readonly SeenRow[] | null;
}

export const nextMessage = defineCheck<Context["target"], NextMessage>({
  id: "cancel/next-message",
  claim: "as soon as a cancel is answered the conversation takes the next message, and answers it whole",
  why: "A cancel that leaves the conversation busy makes the user wait for what was stopped (contract, section 2).",
  lookAt: "when the cancel answers: after the reply is saved and the conversation is free, not before",
  needs: ["cancel", "cancel by a call"],
  async collect(context) {
    // The silence is where the cancel comes in; it is all that the second reply takes.
    const options = { num_predict: 24, stand_in_tokens: 12, stand_in_pause_after: 3, stand_in_pause_ms: 150 };
    requireMiddleToCancel(context, options);
    const asked = `Count to 200. ${context.canary("cancelled")}`;
    const first = await beginReply(context, options, asked);
    await untilInMiddle(context, first, { asked, pieces: 1 });
    const cancel = await first.cancel();
    if (cancel === "closed") {
      throw new NotObservable("here a reply is ended by closing its stream: nothing answers that it is done");
    }
    // Where nothing else answers, a page waits for the reply's end.
    if (cancel === "said" && (await endOf(context, first, performance.now())) === null) {
      throw new NotObservable(
        "the stream of the reply had no end after its cancel: nothing answered that it is done",
      );
    }
    const { talk } = first;
    const { chat, capabilities } = context.target;
    const { conversation, place } = talk;
    const text = `Hello ${context.canary("next")}`;
    const sent = await chat.send({ place, conversation, text }, context.signal);
    const stream = sent.isTaken ? await hear(context, talk, sent).ended : null;
    await first.ended;
    await requireCancellable(context, first);
    return {
      isForeign: !capabilities.has("speak the contract"),
      cancel,
      sent: { isTaken: sent.isTaken, call: sent.call },
      stream,
      rows: capabilities.has("show rows") ? await settledRowsOf(context, talk) : null,
    };
  },
  judge({ isForeign = false, cancel, sent, stream, rows }) {
    if (cancel !== "said" && !(isAnswered(cancel) && cancel.status < 300))
      throw new CouldNotRun(`the cancel answered ${answerInWords(cancel)}`);
    const answered = sent.isTaken ? "was taken" : `was not: ${refusedWords(sent.call)}`;
    const word = stream === null ? "no reply" : lastWord(stream);
    const ended = stream === null ? word : `its stream ${endedInWords(stream)}`;
    const seen = `the message after the cancel ${answered}; ${ended}`;
    const text = stream === null ? "" : textOf(stream);
    // Wherever it stands: the order of rows is another claim's.
    const row = rows === null ? undefined : findReplyRow(rows, { text });
    const isSaved = rows === null || isRowOf(row, text);
    if (isWholeEnding(word) && text !== "" && isSaved) {
      return { verdict: "holds", seen };
    }
    const found = stream === null ? refusedWords(sent.call) : `${ended}, ${rowStateInWords(row)}`;
    return {
      verdict: "broken",
      expected: "the next message taken at once, its reply whole",
      found,
      seen,
      rows: rows ?? [],
      ...streamedAndStored(text, row?.content),
      ...(isForeign && isWholeEnding(word) && text !== "" && causeOf(row)),
    };
  },
});

/** What is at fault with the row of a reply that was written to its end, where that is all. */
function causeOf(row: SeenRow | undefined): Pick<Broken, "cause"> {
  if (row === undefined) return unsavedReply("whole");
  return isUnfinishedRow(row) ? unfinishedReply("whole") : {};
}

/** Whether this is the whole reply's row; a status that is not told is not judged. */
function isRowOf(row: SeenRow | undefined, text: string): boolean {
  return row !== undefined && (row.status ?? "complete") === "complete" && isSameText(row.content, text);
}
