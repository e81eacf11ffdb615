import { ProfileAnswer } from "../../contract/profile-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { type Context, expectAnswer, makeProfile, makeSession } from "../contract-conversations.ts";
import { type AskedByModel, askByModel, describeAsked, SHORT_REPLY } from "./ask-by-model.ts";
import { triedModels } from "./model-catalogue.ts";

interface Evidence {
  readonly wanted: string;
  /** The first message of the profile, and one after it. */
  readonly asked: readonly AskedByModel[];
}

export const profileDefault = defineCheck<Context["target"], Evidence>({
  id: "models/profile-default",
  claim: "a profile's own default model answers its conversations, from the first message on",
  why: "The profile's row overwrites the variable of the LLM client, and its first chat fails at once (docs/faults.md, row S6).",
  lookAt: "what the profile's row is assigned to where its settings are read: no name that is in use already",
  needs: ["speak the contract", "show what reached the engine"],
  async collect(context) {
    const wanted = (await triedModels(context)).at(-1) ?? "";
    const modelId = await makeProfile(context, { name: "models", options: SHORT_REPLY });
    const path = hmiRoutes.updateProfile.path({ model_id: modelId });
    const body = { default_model: wanted };
    expectAnswer(await context.target.hmi.call("PUT", path, { body, signal: context.signal }), ProfileAnswer);
    const sessionId = await makeSession(context, modelId);
    const first = await askByModel(context, { sessionId, modelId, name: "first" });
    return { wanted, asked: [first, await askByModel(context, { sessionId, modelId, name: "second" })] };
  },
  judge: ({ wanted, asked }) =>
    firstBroken(asked, (each) => judgeOne(each, wanted)) ?? {
      verdict: "holds",
      seen: `messages without a model, answered by the profile's ${wanted}: ${asked.length}`,
    },
});

function judgeOne(asked: AskedByModel, wanted: string): Broken | undefined {
  const { atEngine, error } = asked;
  if (error === null && atEngine.length > 0 && atEngine.every((name) => name === wanted)) return undefined;
  return {
    verdict: "broken",
    expected: `a reply by ${wanted}`,
    found: `at the engine: ${atEngine.join(", ") || "nothing"}; ${error?.message ?? "no error"}`,
    seen: describeAsked(asked),
    rows: [asked.row],
  };
}
