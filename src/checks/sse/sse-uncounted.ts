import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { lastFact, type SeenUsage } from "../../targets/drivers/reply-facts.ts";
import { describeStream } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import { replyRow } from "../seen-reply.ts";
import { type FailedReply, failedReplies, story } from "./failed-replies.ts";

export const uncounted = defineCheck<Context["target"], readonly FailedReply[]>({
  id: "sse/uncounted",
  claim: "what nobody counted is null, not 0: in the stream and in the row of a reply that broke off",
  why: "A nought is a figure: whoever adds up what a model was asked is told that the broken replies were free.",
  lookAt: "what stands in for the engine's counts where its stream ended without them",
  needs: ["direct the engine"],
  collect: failedReplies,
  judge: (replies) =>
    firstBroken(
      replies.filter(({ before }) => before !== ""),
      judgeOne,
    ) ?? { verdict: "holds", seen: replies.map(story).join("; ") },
});

function judgeOne(failed: FailedReply): Broken | undefined {
  const { stream, generations } = failed.reply;
  requireAsked(generations, stream);
  const fact = lastFact(stream, "usage");
  const streamed = fact ? { prompt_tokens: fact.prompt, completion_tokens: fact.completion } : null;
  const row = replyRow(failed.reply);
  if (generations?.some(({ counted }) => counted !== null) === true) {
    throw new CouldNotRun("the engine has counted");
  }
  // Text came, so that no count can be 0.
  const isZero = (usage: SeenUsage | null): boolean =>
    usage?.prompt_tokens === 0 || usage?.completion_tokens === 0;
  if (!isZero(streamed) && !isZero(row?.usage ?? null)) return undefined;
  return {
    verdict: "broken",
    expected: "no usage, or null where nobody counted",
    found: `${JSON.stringify(streamed)}, in the row ${JSON.stringify(row?.usage ?? null)}`,
    seen: `${story(failed)}; ${describeStream(stream)}`,
    rows: row === null ? [] : [row],
  };
}
