import { type Broken, defineCheck, type Verdict } from "../../harness/define-check.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import { SERVICE_TITLES } from "../../targets/service-titles.ts";
import type { Context } from "../contract-conversations.ts";
import { isSavedAsStreamed } from "../saved-as-streamed.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";
import { type KilledReply, killedReply } from "./killed-reply.ts";
import {
  addedTo,
  describeKill,
  isWholeText,
  replyRowIn,
  requireLook,
  requireMidReply,
  requireNotContinued,
  rowInWords,
} from "./killed-reply-words.ts";

export const savedAfterGatewayKill = savedAfterKill("gateway");
export const savedAfterEngineKill = savedAfterKill("engine");

/** The HMI lives, and has all that its reader has: that is what it must save. */
function savedAfterKill(victim: "gateway" | "engine") {
  return defineCheck<Context["target"], KilledReply>({
    id: `drill/${victim}-saved`,
    claim: `where the ${SERVICE_TITLES[victim]} is killed in mid-reply, what had come is saved as a failed reply, and nothing is added`,
    why: "api7/aisix#177: a cut loses what had arrived. Others append a canned answer and store it as complete.",
    lookAt:
      "the way out of the loop that saves the reply: the text so far, and a status that is not complete",
    needs: [`kill the ${victim}`, "show rows"],
    collect: (context) => killedReply(context, victim),
    judge: judgeSaved,
  });
}

function judgeSaved(reply: KilledReply): Verdict {
  requireMidReply(reply);
  const { stream } = reply;
  const rows = requireLook(reply, reply.rows);
  const row = replyRowIn(rows);
  const streamed = textOf(stream);
  const seen = describeKill(reply);
  const broken = (found: string): Broken => ({
    verdict: "broken",
    expected: `a row that is neither complete nor streaming, with the ${streamed.length} characters that were shown`,
    found,
    seen,
    rows,
    ...streamedAndStored(streamed, row?.content),
  });
  if (row === undefined || row.status === "streaming") return broken(rowInWords(row));
  const added = addedTo(reply, row.content);
  if (added !== undefined) return broken(`${rowInWords(row)}: ${added}`);
  if (row.status === "complete" && !isWholeText(reply, row.content)) {
    requireNotContinued(reply);
    return broken(rowInWords(row));
  }
  if (isSavedAsStreamed(row.content, streamed, reply))
    return { verdict: "holds", seen: `${seen}; ${rowInWords(row)}` };
  const how = row.content.length === streamed.length ? " that are others" : "";
  return broken(`${rowInWords(row)}${how}`);
}
