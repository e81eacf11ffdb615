import { type Broken, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import { textOf } from "../../target/drivers/reply-facts.ts";
import type { Context } from "../stage.ts";
import { lastWord } from "../stream-words.ts";
import { describe, failedReplies, inWords, judgeStored, replyRow, type StoredReply } from "./scene.ts";

export const failed = defineCheck<Context["target"], readonly StoredReply[]>({
  id: "persistence/failed",
  claim: "a reply in which the engine fails is stored as an error, with the text that came before",
  why: "api7/aisix#177: a cut loses what had arrived. Others store a canned answer, or the error, as complete.",
  lookAt: "the saving after an error event and after a stream that stops: status error, and the text so far",
  needs: ["direct the engine"],
  collect: failedReplies,
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? { verdict: "holds", seen: replies.map(describe).join("; ") },
});

function judgeOne(reply: StoredReply): Broken | undefined {
  const row = replyRow(reply);
  const isTold = lastWord(reply.stream) === "done (error)" && row?.error !== null;
  const hadText = !reply.name.endsWith("after 0 tokens");
  const isKept = (textOf(reply.stream) !== "") === hadText;
  if (isTold && isKept) return judgeStored(reply, "error");
  return {
    verdict: "broken",
    expected: `${hadText ? "the text before the failure" : "no text"}, done (error), and a row error that says what failed`,
    found: `${textOf(reply.stream).length} characters, ${lastWord(reply.stream)}, ${inWords(row)}`,
    seen: describe(reply),
    rows: reply.rows,
  };
}
