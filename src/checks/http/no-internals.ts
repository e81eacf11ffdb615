import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { Context } from "../contract-conversations.ts";
import { findLeakedInternals } from "../leaked-internals.ts";
import { type OddCall, oddCalls } from "./plain-calls.ts";
import { refusals } from "./refusals.ts";

export const noInternals = defineCheck<Context["target"], readonly OddCall[]>({
  id: "http/no-internals",
  claim: "no error tells a stack trace or a path of the server",
  why: "A framework's debug page shows the program to everybody, and nothing of use to the user.",
  lookAt: "the framework's debug mode, and what is copied from an exception into an answer",
  needs: [],
  async collect(context): Promise<readonly OddCall[]> {
    const { plainHttp } = context.target;
    return plainHttp === undefined ? await refusals(context) : await oddCalls(context, plainHttp);
  },
  judge(seen) {
    const errors = seen.filter(({ call }) => call.status >= 400);
    if (seen.length > 0 && errors.length === 0)
      throw new NotObservable("no call was refused: there was no error to look at");
    return firstBroken(errors, judgeOne) ?? { verdict: "holds", seen: `refused calls: ${errors.length}` };
  },
});

function judgeOne({ what, call }: OddCall): Broken | undefined {
  const found = findLeakedInternals(call.body);
  if (found === undefined) return undefined;
  return {
    verdict: "broken",
    expected: "what is wrong, and nothing of the program",
    found: found.slice(0, 200),
    seen: `${call.request} with ${what} answered ${call.status}`,
  };
}
