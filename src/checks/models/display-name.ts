import { type Broken, defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { type AskedByModel, askAnew, describeAsked } from "./ask-by-model.ts";
import { type Catalogue, catalogue } from "./model-catalogue.ts";

interface Evidence extends Catalogue {
  /** A message whose model is what people are shown. */
  readonly asked: AskedByModel;
}

export const displayName = defineCheck<Context["target"], Evidence>({
  id: "models/display-name",
  claim: "what people are shown as a model's name is never taken for the model's name",
  why: 'The seed of the gateway session: "Claude Sonnet 4" was on the page, and went to the engine as a name.',
  lookAt: "model_name is for the eye alone: options of a selector, defaults and requests hold model_id",
  needs: ["speak the contract"],
  async collect(context) {
    const seen = await catalogue(context);
    const shown = seen.hmi.models.find(({ model_name }) => !seen.installed.includes(model_name))?.model_name;
    // Where the engine's own names are shown, the seed's will do.
    const model = shown ?? "Claude Sonnet 4";
    return { ...seen, asked: await askAnew(context, { model, name: "display name" }) };
  },
  judge(evidence) {
    return judgeAsked(evidence) ?? { verdict: "holds", seen: describeAsked(evidence.asked) };
  },
});

function judgeAsked({ asked, installed }: Evidence): Broken | undefined {
  if (asked.error?.code === "model_not_found") return undefined;
  return {
    verdict: "broken",
    expected: `model_not_found for "${asked.model}": the engine has ${installed.join(", ")}`,
    found: `${asked.error === null ? "a reply" : (asked.error.code ?? asked.error.message)}; asked for at the engine: ${asked.atEngine.join(", ") || "nothing"}`,
    seen: describeAsked(asked),
    rows: [asked.row],
  };
}
