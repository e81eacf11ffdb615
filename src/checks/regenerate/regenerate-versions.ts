import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { isWholeEnding, lastWord } from "../stream-endings.ts";
import { areSame, type Regenerated, regenerate, rowsInWords } from "./regenerated-reply.ts";

export const versions = defineCheck<Context["target"], Regenerated>({
  id: "regenerate/versions",
  claim: "a good reply stays when another one is made, and can be gone back to",
  why: "The second answer is often the worse one, and then the first is gone.",
  lookAt: "that regenerate adds a version and deletes none; the reply's versions; the choice between them",
  needs: ["speak the contract"],
  collect: (context) => regenerate(context, { name: "versions" }),
  judge({ before, answer, stream, after, back }) {
    if (stream === null) throw new CouldNotRun(`${answer.request} answered ${answer.status}`);
    if (!isWholeEnding(lastWord(stream)))
      throw new CouldNotRun(`the new reply ended with ${lastWord(stream)}`);
    const earlier = before.at(-1)?.message_id;
    const last = after.at(-1);
    const told = last?.versions.join(", ");
    const seen = `rows before: ${rowsInWords(before)}; after: ${rowsInWords(after)}, whose versions are ${told}`;
    const isTold = last !== undefined && last.versions.join() === [earlier, last.message_id].join();
    if (isTold && areSame(before, back ?? after)) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: `reply ${earlier} among the versions of the new one, and the rows as they were when it is chosen`,
      found: `the versions ${told}; when it was chosen ${rowsInWords(back ?? after)}`,
      seen,
      rows: back ?? after,
    };
  },
});
