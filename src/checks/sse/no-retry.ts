import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { describeStream } from "../arrived-events.ts";
import { askedTwice } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import { type FailedReply, failedReplies, story } from "./failed-replies.ts";

export const noRetry = defineCheck<Context["target"], readonly FailedReply[]>({
  id: "sse/no-retry",
  claim: "a failed reply is not asked for again behind the user's back",
  why: "An engine error is retried silently; the engine works twice, and the text may come twice (docs/faults.md, row 8).",
  lookAt: "retries in the engine's client: a request that may have begun must not be sent again",
  needs: ["direct the engine", "show what reached the engine"],
  collect: failedReplies,
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? {
      verdict: "holds",
      seen: `one request each, failures: ${replies.length}`,
    },
});

function judgeOne(failed: FailedReply): Broken | undefined {
  const { generations, stream } = failed.reply;
  requireAsked(generations, stream);
  if (generations === null || generations.length === 1) return undefined;
  return {
    verdict: "broken",
    expected: "one request to the engine",
    found: `${generations.length} requests`,
    seen: `${story(failed)}; ${describeStream(stream)}`,
    rows: generations,
    ...(failed.reply.door === "wire" && askedTwice("failed")),
  };
}
