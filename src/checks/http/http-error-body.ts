import { ErrorBody } from "../../contract/common-schemas.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import type { Context } from "../contract-conversations.ts";
import { type RefusedCall, refusals } from "./refusals.ts";

export const errorBody = defineCheck<Context["target"], readonly RefusedCall[]>({
  id: "http/error-body",
  claim: "every error is JSON with a code and a message, whoever refuses",
  why: 'What the framework refuses by itself has another shape, or none, and a client shows "undefined".',
  lookAt:
    "the handlers of unknown paths, of unreadable bodies and of exceptions: all must write the same shape",
  needs: ["speak the contract"],
  collect: refusals,
  judge: (seen) => firstBroken(seen, judgeOne) ?? { verdict: "holds", seen: `refused calls: ${seen.length}` },
});

function judgeOne({ what, call }: RefusedCall): Broken | undefined {
  const type = call.headers["content-type"] ?? "(no type)";
  if (ErrorBody.safeParse(call.body).success && /^application\/json\b/.test(type)) return undefined;
  return {
    verdict: "broken",
    expected: "application/json: {error: {code, message, hint?}}",
    found: `${type}: ${answerExcerpt(call)}`,
    seen: `${call.request} with ${what} answered ${call.status}`,
  };
}
