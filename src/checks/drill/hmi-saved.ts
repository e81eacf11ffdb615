import { type Broken, defineCheck, type Verdict } from "../../harness/define-check.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import type { Context } from "../contract-conversations.ts";
import { beginsWithText } from "../saved-as-streamed.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";
import { type KilledReply, killedReply, SAVED_WITHIN_MS } from "./killed-reply.ts";
import {
  addedTo,
  describeKill,
  isWholeText,
  replyRowIn,
  requireLook,
  requireMidReply,
  rowInWords,
} from "./killed-reply-words.ts";

export const savedBeforeHmiKill = defineCheck<Context["target"], KilledReply>({
  id: "drill/hmi-saved",
  claim: "where the HMI is killed in mid-reply, what it had shown is saved, and nothing is added",
  why: "Who saves a reply only at its end loses all of it with the process; and a restart must not make up the rest.",
  lookAt:
    "when the text is saved while it grows, and what a start does with the text of a reply that was left",
  needs: ["kill the hmi", "show rows"],
  collect: (context) => killedReply(context, "hmi"),
  judge: judgeSaved,
});

function judgeSaved(reply: KilledReply): Verdict {
  requireMidReply(reply);
  const rows = requireLook(reply, reply.rows);
  const { shown_before, stream } = reply;
  const row = replyRowIn(rows);
  const seen = describeKill(reply);
  const broken = (found: string): Broken => ({
    verdict: "broken",
    expected: `at least the ${shown_before.length} characters that were shown ${SAVED_WITHIN_MS} ms before, and only what the engine said`,
    found,
    seen,
    rows,
    ...streamedAndStored(textOf(stream), row?.content),
  });
  if (row === undefined) return broken("no row of a reply");
  const { content, status } = row;
  const added = addedTo(reply, content);
  if (added !== undefined) return broken(`${rowInWords(row)}: ${added}`);
  // More may have been saved than was shown, or less; but of one text.
  const streamed = textOf(stream);
  const isOneText = beginsWithText(content, streamed, reply) || beginsWithText(streamed, content, reply);
  if (!isOneText || !beginsWithText(content, shown_before, reply)) return broken(rowInWords(row));
  if (status === "complete" && reply.script !== null && !isWholeText(reply, content)) {
    return broken(`${rowInWords(row)}, of ${reply.script.length}`);
  }
  return { verdict: "holds", seen: `${seen}; ${rowInWords(row)}` };
}
