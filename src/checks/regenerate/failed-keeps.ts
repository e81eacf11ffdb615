import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { isWholeEnding, lastWord } from "../stream-endings.ts";
import { areSame, type Regenerated, regenerate, rowsInWords } from "./regenerated-reply.ts";

export const failedKeeps = defineCheck<Context["target"], Regenerated>({
  id: "regenerate/failed-keeps",
  claim: "a reply that cannot be made again leaves the good one as it was",
  why: "Whoever tries another model that is not there has lost the answer that they had.",
  lookAt: "when the earlier reply is deleted: with the new one's success, not with its start",
  needs: ["speak the contract"],
  // A model that nobody has fails with every engine.
  collect: (context) =>
    regenerate(context, { name: "fails", body: () => ({ model: `no-such-${context.canary("model")}` }) }),
  judge({ before, answer, stream, after }) {
    if (stream !== null && isWholeEnding(lastWord(stream)))
      throw new CouldNotRun("the new reply did not fail");
    const how = stream === null ? `answered ${answer.status}` : `ended with ${lastWord(stream)}`;
    const seen = `asked for by an unknown model, it ${how}; rows before: ${rowsInWords(before)}`;
    if (areSame(before, after)) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "the rows as they were",
      found: rowsInWords(after),
      seen,
      rows: after,
    };
  },
});
