import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { firstExchanges, place } from "./first-exchanges.ts";
import type { ModelExchange } from "./model-exchange.ts";
import type { Context } from "./staged-profiles.ts";

export const conversation = defineCheck<Context["target"], readonly ModelExchange[]>({
  id: "model-conversation/conversation",
  claim: "the conversation found or made belongs to the profile of model_id",
  why: "BUG-016, first place: get_or_create_session_v2(model_id=None) used another conversation.",
  lookAt: "the call that finds or makes the conversation: a literal None where model_id belongs (BUG-016)",
  needs: ["speak the contract", "keep profiles"],
  collect: firstExchanges,
  judge(exchanges) {
    const places = exchanges.map(({ asked, sessionId }) => place(sessionId, asked.modelId ?? null));
    return firstBroken(exchanges, judgeOne) ?? { verdict: "holds", seen: places.join("; ") };
  },
});

function judgeOne({ asked, sessionId, profileOf, seen }: ModelExchange): Broken | undefined {
  const expected = asked.modelId ?? null;
  const found = sessionId === null ? undefined : profileOf[sessionId];
  if (found === expected) return undefined;
  return {
    verdict: "broken",
    expected: `a conversation with model_id ${expected ?? "null"}`,
    found: found === undefined ? "no conversation of this exchange" : place(sessionId, found),
    seen,
  };
}
