import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { SEVERAL_HMIS, shortReplicaName } from "./met-replicas.ts";
import { type MovingReader, moveBetweenReplicas, requireSaved } from "./moving-reader.ts";

export const oneWriter = defineCheck<Context["target"], MovingReader>({
  id: "replicas/one-writer",
  claim: "while a reply is written, every copy shows a beginning of it, and nothing twice",
  why: "Of two copies that both take themselves for its owner each appends what it hears: the saved text has it twice.",
  lookAt: "who may write a reply's row: a lease with a fencing token that is looked at in the same statement",
  needs: SEVERAL_HMIS,
  collect: moveBetweenReplicas,
  judge(reader) {
    const { content } = requireSaved(reader);
    const looks = reader.during.flatMap(({ copy, row }) => (row === null ? [] : [{ copy, ...row }]));
    const grown = looks.filter((look) => look.content !== "");
    if (grown.length === 0) throw new CouldNotRun("no copy showed anything of the reply while it ran");
    const seen = `${looks.length} looks at a reply of ${content.length} characters while it was written`;
    const wrong = grown.find((look) => !content.startsWith(look.content));
    if (wrong === undefined) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: `a beginning of ${JSON.stringify(content)}`,
      found: `${JSON.stringify(wrong.content)} at copy ${shortReplicaName(wrong.copy)}`,
      seen,
    };
  },
});
