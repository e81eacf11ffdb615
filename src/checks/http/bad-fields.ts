import { ErrorBody } from "../../contract/common-schemas.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { Context } from "../contract-conversations.ts";
import { type RefusedCall, refusals } from "./refusals.ts";

export const badFields = defineCheck<Context["target"], readonly RefusedCall[]>({
  id: "http/bad-fields",
  claim: "bad input is refused with every bad field by its name",
  why: "Told one at a time, or not at all, whoever calls has to guess (contract, section 5).",
  lookAt: "the validation of bodies and queries: it must report all problems, with their fields",
  needs: ["speak the contract"],
  async collect(context) {
    return (await refusals(context)).filter(({ fields }) => fields.length > 0);
  },
  judge: (seen) =>
    firstBroken(seen, judgeOne) ?? {
      verdict: "holds",
      seen: seen.map(({ fields }) => fields.join(", ")).join("; "),
    },
});

function judgeOne({ what, fields, call }: RefusedCall): Broken | undefined {
  const message = ErrorBody.safeParse(call.body).data?.error.message ?? "";
  const missing = fields.filter((field) => !new RegExp(`\\b${field}\\b`).test(message));
  if (missing.length === 0) return undefined;
  return {
    verdict: "broken",
    expected: `a message that names ${fields.join(", ")}`,
    found: message === "" ? "no message" : `without ${missing.join(", ")}: ${message}`,
    seen: `${call.request} with ${what} answered ${call.status}`,
  };
}
