import { ErrorBody } from "../../contract/common-schemas.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { Context } from "../contract-conversations.ts";
import { type RefusedCall, refusals } from "./refusals.ts";

export const errorStatus = defineCheck<Context["target"], readonly RefusedCall[]>({
  id: "http/error-status",
  claim: "an error has the status and the code of what is wrong",
  why: "A client decides by them whether to change the message, to log in, or to try again.",
  lookAt: "the mapping of errors to statuses: what the caller did wrong is 4xx, never 500",
  needs: ["speak the contract"],
  collect: refusals,
  judge: (seen) =>
    firstBroken(seen, judgeOne) ?? {
      verdict: "holds",
      seen: [...new Set(seen.map(({ code }) => code))].join(", "),
    },
});

function judgeOne({ what, status, code, call }: RefusedCall): Broken | undefined {
  const found = ErrorBody.safeParse(call.body).data?.error.code;
  // Without a body that can be read, the status is all there is; the body is another check's.
  if (call.status === status && (found === undefined || found === code)) return undefined;
  return {
    verdict: "broken",
    expected: `${status} ${code}`,
    found: `${call.status} ${found ?? "without a code"}`,
    seen: `${call.request} with ${what}`,
  };
}
