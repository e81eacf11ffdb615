import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { tokens } from "../contract-replies.ts";
import { lastWord } from "../stream-endings.ts";
import { areSame, type Regenerated, regenerate, rowsInWords } from "./regenerated-reply.ts";

export const cancelledKeeps = defineCheck<Context["target"], Regenerated>({
  id: "regenerate/cancelled-keeps",
  claim:
    "a reply that is made again, and cancelled, leaves the good one as it was, or as a version to go back to",
  why: "Whoever sees that the first answer was better, and stops the second, is left with half of that.",
  lookAt: "what a cancel of a regenerated reply saves: a version beside the complete one, or nothing",
  needs: ["speak the contract"],
  collect: (context) =>
    regenerate(context, {
      name: "cancelled",
      // The silence is where the cancel comes in.
      options: { num_predict: 24, stand_in_tokens: 12, stand_in_pause_after: 4, stand_in_pause_ms: 400 },
      async meanwhile(reading, sessionId) {
        await reading.until("its second token", tokens(2));
        const path = hmiRoutes.cancel.path({ session_id: sessionId });
        await context.target.hmi.call("POST", path, { signal: context.signal });
      },
    }),
  judge({ before, answer, stream, after, back }) {
    if (stream === null) throw new CouldNotRun(`${answer.request} answered ${answer.status}`);
    if (lastWord(stream) !== "done (cancelled)") {
      throw new CouldNotRun(`the new reply was not cancelled: it ended with ${lastWord(stream)}`);
    }
    const seen = `rows before: ${rowsInWords(before)}`;
    if (areSame(before, back ?? after)) return { verdict: "holds", seen };
    const expected = "the rows as they were, at once or when the earlier reply is chosen";
    const found = back === null ? rowsInWords(after) : `${rowsInWords(after)}; and then ${rowsInWords(back)}`;
    return { verdict: "broken", expected, found, seen, rows: after };
  },
});
