import { defineCheck } from "../../harness/define-check.ts";
import type { SeenRow } from "../../targets/drivers/reply-facts.ts";
import type { Context } from "../contract-conversations.ts";
import { rowsLackField } from "../rows-lack-field.ts";
import { type KilledReply, killedReply } from "./killed-reply.ts";
import { describeKill, replyRowIn, requireLook, requireMidReply, rowInWords } from "./killed-reply-words.ts";

export const settledAfterHmiKill = defineCheck<Context["target"], KilledReply>({
  id: "drill/hmi-settled",
  claim: "where the HMI is killed in mid-reply, the reply goes on to its end or is interrupted, and soon",
  why: "A row that is streaming for ever shows a cursor that never stops, and blocks the next message.",
  lookAt: "the start of the HMI: rows that are streaming and have no writer any more",
  needs: ["kill the hmi", "show rows"],
  collect: (context) => killedReply(context, "hmi"),
  judge(reply) {
    requireMidReply(reply);
    const rows = requireLook(reply, reply.rows);
    requireStatus(rows);
    const seen = `${describeKill(reply)}; ${rowInWords(replyRowIn(rows))}`;
    if (rows.every(({ status }) => status !== "streaming")) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "no row that is streaming once nothing comes any more",
      found: rowInWords(rows.find(({ status }) => status === "streaming")),
      seen,
      rows,
    };
  },
});

/** Where a row says nothing of whether it is written, nobody can tell. */
function requireStatus(rows: readonly SeenRow[]): void {
  const row = replyRowIn(rows);
  if (row === undefined || row.status !== undefined) return;
  throw rowsLackField("status", rows);
}
