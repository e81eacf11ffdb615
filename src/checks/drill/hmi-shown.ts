import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import type { Context } from "../contract-conversations.ts";
import { isSavedAsStreamed } from "../saved-as-streamed.ts";
import { lastWord } from "../stream-endings.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";
import { type KilledReply, killedReply } from "./killed-reply.ts";
import { describeKill, replyRowIn, requireLook, requireMidReply, rowInWords } from "./killed-reply-words.ts";

export const shownAfterHmiKill = defineCheck<Context["target"], KilledReply>({
  id: "drill/hmi-shown",
  claim: "after a restart of the HMI a page that is loaded again shows the reply as it is saved",
  why: "What was shown from memory before the restart must come from the store after it, and be the same.",
  lookAt: "the stream of a reply that has ended, made again from its row",
  needs: ["kill the hmi", "show rows", "read a reply again"],
  collect: (context) => killedReply(context, "hmi"),
  judge(reply) {
    requireMidReply(reply);
    const rows = requireLook(reply, reply.rows);
    const replay = requireLook(reply, reply.replay);
    const row = replyRowIn(rows);
    const shown = replyRowIn(requireLook(reply, reply.history));
    if (row === undefined) throw new NotObservable("no reply is saved that could be shown");
    if (row.status === "streaming") throw new NotObservable("the row of the reply is still streaming");
    const again = textOf(replay);
    const seen = `${describeKill(reply)}; ${rowInWords(row)}; read again ${again.length} characters, ${lastWord(replay)}`;
    const isShown = shown?.status === row.status && isSavedAsStreamed(shown?.content, row.content, reply);
    if (isSavedAsStreamed(again, row.content, reply) && isShown) {
      return { verdict: "holds", seen };
    }
    return {
      verdict: "broken",
      expected: `the ${row.content.length} characters that are saved, in the list and in the stream`,
      found: `${rowInWords(shown)} in the list, ${again.length} characters in the stream (${replay.status})`,
      seen,
      rows,
      ...streamedAndStored(again, row.content),
    } satisfies Broken;
  },
});
