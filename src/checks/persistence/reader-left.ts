import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import type { Context } from "../contract-conversations.ts";
import { endAtEngineInWords } from "../left-replies.ts";
import { beginsWithText } from "../saved-as-streamed.ts";
import { isWholeEnding, lastWord } from "../stream-endings.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";
import {
  causeWithoutText,
  describeStored,
  type StoredReply,
  storedReplyRow,
  storedRowInWords,
  unreadReply,
} from "./stored-replies.ts";

export const readerLeft = defineCheck<Context["target"], StoredReply>({
  id: "persistence/reader-left",
  claim: "a reply whose reader left in the middle is written to its end, and is there after a reload",
  why: "A closed tab is not a cancel. Stacks lose the partial reply, or leave its row streaming for ever.",
  lookAt: "who saves the reply: the service, not the connection to the browser",
  needs: ["show rows", "outlive its reader"],
  collect: unreadReply,
  judge(reply) {
    const row = storedReplyRow(reply);
    const read = textOf(reply.stream);
    if (isWholeEnding(lastWord(reply.stream)))
      throw new CouldNotRun("the reply had ended before its reader left");
    if (row?.status === "complete" && hadAllOfIt(reply)) {
      throw new NotObservable("all of the reply had come when its reader left, without a word of its end");
    }
    const seen = `${describeStored(reply)}${endAtEngineInWords(reply.generations)}; then ${storedRowInWords(row)}`;
    const replayed = reply.replay && textOf(reply.replay);
    const isThere =
      (row?.status ?? "complete") === "complete" &&
      row !== undefined &&
      beginsWithText(row.content, read, { isForeign: !reply.speaksContract }) &&
      row.content.trim().length > read.trim().length &&
      (replayed === null || replayed === row.content);
    if (isThere) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: `a row complete that begins with the ${read.length} characters that were read, and goes on`,
      found: `${storedRowInWords(row)}${replayed === null ? "" : `; read again ${replayed.length} characters`}`,
      seen,
      rows: reply.rows,
      ...streamedAndStored(read, row?.content),
      ...causeWithoutText(reply, row),
    };
  },
});

/** Whether nothing was left that could have come, as far as the engine that is watched wrote it. */
function hadAllOfIt({ stream, generations, speaksContract }: StoredReply): boolean {
  const last = generations?.at(-1);
  if (speaksContract || last?.ended !== "done") return false;
  const written = last.text?.trim().length ?? last.chars_sent ?? Number.POSITIVE_INFINITY;
  return textOf(stream).trim().length >= written;
}
