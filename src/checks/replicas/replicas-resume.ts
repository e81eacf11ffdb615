import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import type { Context } from "../contract-conversations.ts";
import { notAtTwo, SEVERAL_HMIS, shortReplicaName } from "./met-replicas.ts";
import { type MovingReader, moveBetweenReplicas, requireSaved } from "./moving-reader.ts";

export const resume = defineCheck<Context["target"], MovingReader>({
  id: "replicas/resume",
  claim: "a reader that comes back at another copy gets the rest of the reply, each token once",
  why: "Without sticky sessions every reconnect may arrive elsewhere: a copy that has no such reply in its memory ends it, or begins again.",
  lookAt:
    "GET /api/chat/stream with Last-Event-ID at a copy that does not write the reply: how it finds the one that does",
  needs: SEVERAL_HMIS,
  collect: moveBetweenReplicas,
  judge(reader) {
    const { pieces } = reader;
    const copies = new Set(pieces.map(({ copy }) => copy));
    const seen = `${pieces.length} connections to ${copies.size} copies, the message at ${shortReplicaName(reader.owner)}`;
    const refused = pieces.find(({ stream }) => stream.status !== 200);
    if (refused !== undefined) {
      return {
        verdict: "broken",
        expected: `the rest of the reply after event ${refused.lastEventId || "none"}`,
        found: `${refused.stream.status} ${answerExcerpt(refused.stream)} at copy ${shortReplicaName(refused.copy)}`,
        seen,
      };
    }
    if (pieces.length < 2) throw new CouldNotRun("the reply had ended before anybody could come back to it");
    if (copies.size < 2) throw notAtTwo(`${pieces.length} connections`);
    const { content } = requireSaved(reader);
    const text = pieces.map((piece) => piece.text).join("");
    if (text === content && pieces.at(-1)?.isDone === true) return { verdict: "holds", seen };
    const ending = pieces.at(-1)?.isDone === true ? "and done" : "and no done";
    return {
      verdict: "broken",
      expected: `${JSON.stringify(content)}, as it was saved, and done`,
      found: `${JSON.stringify(text)} ${ending}`,
      seen,
      rows: pieces,
    };
  },
});
