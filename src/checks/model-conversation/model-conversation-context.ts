import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { firstExchanges } from "./first-exchanges.ts";
import type { ModelExchange } from "./model-exchange.ts";
import { type Context, getStage, type StagedProfile } from "./staged-profiles.ts";

interface Evidence {
  readonly exchanges: readonly ModelExchange[];
  readonly profiles: readonly StagedProfile[];
}

export const profileContext = defineCheck<Context["target"], Evidence>({
  id: "model-conversation/context",
  claim: "the profile's context reaches the engine, and only that profile's",
  why: "BUG-016 asked it and found it working; another profile's context is the same slip one line further.",
  lookAt: "the place where the system prompt is built: which profile it loads, and by which id",
  needs: ["speak the contract", "keep profiles", "show what reached the engine"],
  async collect(context) {
    const exchanges = await firstExchanges(context);
    const { profileA, profileB } = await getStage(context);
    return { exchanges, profiles: [profileA, profileB] };
  },
  judge({ exchanges, profiles }) {
    const broken = firstBroken(exchanges, (exchange) => judgeOne(exchange, profiles));
    return (
      broken ?? {
        verdict: "holds",
        seen: `prompts at the engine, each with its own context: ${exchanges.length}`,
      }
    );
  },
});

function judgeOne(exchange: ModelExchange, profiles: readonly StagedProfile[]): Broken | undefined {
  const { modelId } = exchange.asked;
  const wished = profiles.filter((profile) => profile.modelId === modelId).map((profile) => profile.modelId);
  const prompt = JSON.stringify(exchange.generations ?? []);
  const found = profiles
    .filter((profile) => prompt.includes(profile.canary))
    .map((profile) => profile.modelId);
  const reached = (exchange.generations ?? []).length > 0;
  if (reached && String(found) === String(wished)) return undefined;
  return {
    verdict: "broken",
    expected: `a prompt with ${describe(wished)}`,
    found: reached ? `a prompt with ${describe(found)}` : "no prompt reached the engine",
    seen: exchange.seen,
    rows: exchange.generations ?? [],
  };
}

function describe(modelIds: readonly number[]): string {
  return modelIds.length === 0 ? "no profile's context" : `the context of profile ${modelIds.join(" and ")}`;
}
