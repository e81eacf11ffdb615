import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import { rowsLackField } from "../rows-lack-field.ts";
import { beginsWithText } from "../saved-as-streamed.ts";
import { lastWord } from "../stream-endings.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";
import {
  causeInSpacing,
  causeWithoutText,
  describeStored,
  failedStoredReplies,
  judgeStored,
  type StoredReply,
  storedReplyRow,
  storedRowInWords,
} from "./stored-replies.ts";

export const failed = defineCheck<Context["target"], readonly StoredReply[]>({
  id: "persistence/failed",
  claim: "a reply in which the engine fails is stored as an error, with the text that came before",
  why: "api7/aisix#177: a cut loses what had arrived. Others store a canned answer, or the error, as complete.",
  lookAt: "the saving after an error event and after a stream that stops: status error, and the text so far",
  needs: ["show rows", "direct the engine"],
  collect: failedStoredReplies,
  judge(replies) {
    const broken = firstBroken(replies, (reply) => {
      requireAsked(reply.generations, reply.stream);
      return reply.speaksContract ? judgeByContract(reply) : judgeByRow(reply);
    });
    if (broken !== undefined) return broken;
    const untold = replies
      .filter(({ speaksContract }) => !speaksContract)
      .flatMap((reply) => storedReplyRow(reply) ?? [])
      .filter(({ status }) => !status);
    if (untold.length > 0) throw rowsLackField("status", untold);
    return { verdict: "holds", seen: replies.map(describeStored).join("; ") };
  },
});

function judgeByContract(reply: StoredReply): Broken | undefined {
  const row = storedReplyRow(reply);
  const isTold = lastWord(reply.stream) === "done (error)" && row?.error !== null;
  const hadText = !reply.name.endsWith("after 0 tokens");
  const isKept = (textOf(reply.stream) !== "") === hadText;
  if (isTold && isKept) return judgeStored(reply, "error");
  return {
    verdict: "broken",
    expected: `${hadText ? "the text before the failure" : "no text"}, done (error), and a row error that says what failed`,
    found: `${textOf(reply.stream).length} characters, ${lastWord(reply.stream)}, ${storedRowInWords(row)}`,
    seen: describeStored(reply),
    rows: reply.rows,
    ...streamedAndStored(textOf(reply.stream), row?.content),
  };
}

/**
 * Of a back end that promises nothing: what was streamed is kept, and no row says that all is well. What the row says
 * beside that, and whether there is one where there was no text, is its own affair.
 */
function judgeByRow(reply: StoredReply): Broken | undefined {
  const row = storedReplyRow(reply);
  const streamed = textOf(reply.stream);
  const isKept =
    row === undefined ? streamed.trim() === "" : beginsWithText(row.content, streamed, { isForeign: true });
  const isCalledWell = row?.status === "complete" || row?.status === "streaming";
  if (isKept && !isCalledWell) return undefined;
  return {
    verdict: "broken",
    expected: `a row with the ${streamed.length} characters that were streamed, and a status that is not complete`,
    found: storedRowInWords(row),
    seen: describeStored(reply),
    rows: reply.rows,
    ...streamedAndStored(streamed, row?.content),
    ...(!isCalledWell && causeInSpacing(reply, row)),
    ...causeWithoutText(reply, row),
  };
}
