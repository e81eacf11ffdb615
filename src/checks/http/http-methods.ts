import { methodAndPath } from "../../contract/method-and-path.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { Context } from "../contract-conversations.ts";
import { type RefusedCall, refusals } from "./refusals.ts";

export const methods = defineCheck<Context["target"], readonly RefusedCall[]>({
  id: "http/methods",
  claim: "a wrong method is 405, with the right ones in Allow",
  why: "As 404 it looks like a path that is wrong (RFC 9110, section 15.5.6).",
  lookAt: "the answer where a path is known and the method is not",
  needs: ["speak the contract"],
  async collect(context) {
    return (await refusals(context)).filter(({ status }) => status === 405);
  },
  judge: (seen) =>
    firstBroken(seen, judgeOne) ?? {
      verdict: "holds",
      seen: seen.map(({ call }) => `${call.request}: ${call.headers["allow"]}`).join("; "),
    },
});

function judgeOne({ call }: RefusedCall): Broken | undefined {
  const allow = call.headers["allow"] ?? "";
  const { method } = methodAndPath(call.request);
  if (call.status === 405 && /\b(?:GET|POST)\b/.test(allow) && !allow.includes(method)) return undefined;
  return {
    verdict: "broken",
    expected: `405, and Allow without ${method}`,
    found: `${call.status}, Allow: ${allow === "" ? "(none)" : allow}`,
    seen: call.request,
  };
}
