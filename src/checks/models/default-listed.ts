import type { ModelList } from "../../contract/common-schemas.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { Context } from "../contract-conversations.ts";
import { type Catalogue, catalogue } from "./model-catalogue.ts";

export const defaultListed = defineCheck<Context["target"], Catalogue>({
  id: "models/default-listed",
  claim: "the default model is one that the engine has, and the list marks it",
  why: 'The seed of the gateway session: the default was "Claude Sonnet 4", a display name, in page, script and server.',
  lookAt: "where the default is written: the engine's name (llama3.1:8b), never what people are shown",
  needs: ["speak the contract"],
  collect: catalogue,
  judge({ hmi, gateway, installed }) {
    const broken = firstBroken([hmi, gateway], (models) => judgeOne(models, installed));
    return broken ?? { verdict: "holds", seen: `the default is ${hmi.default}` };
  },
});

function judgeOne(
  { models, default: standard }: ModelList,
  installed: readonly string[],
): Broken | undefined {
  const marked = models.filter(({ is_default }) => is_default).map(({ model_id }) => model_id);
  const isKnown = standard !== null && installed.includes(standard);
  if (isKnown && marked.length === 1 && marked[0] === standard) return undefined;
  return {
    verdict: "broken",
    expected: `one of ${installed.join(", ")}, marked as the default`,
    found: `${standard ?? "no default"}; marked: ${marked.join(", ") || "none"}`,
    seen: `the engine has ${installed.length} models`,
    rows: models,
  };
}
