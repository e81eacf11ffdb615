import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import { rowsLackField } from "../rows-lack-field.ts";
import { type AskedByModel, askAnew, askAnewByWire, describeAsked } from "./ask-by-model.ts";
import { triedByWire } from "./model-catalogue.ts";

export const answeredBy = defineCheck<Context["target"], readonly AskedByModel[]>({
  id: "models/answered-by",
  claim: "a reply's row names the model that really answered, also where none was asked for",
  why: "A row without a name, or with the configured one, leaves nobody able to tell whose words they are.",
  lookAt: "what is saved as the reply's model: the engine's own name of what was asked in the end",
  needs: ["show what reached the engine", "show rows"],
  collect: async (context) => [await askOnce(context)],
  judge: (asked) =>
    firstBroken(asked, judgeOne) ?? { verdict: "holds", seen: asked.map(describeAsked).join("; ") },
});

async function askOnce(context: Context): Promise<AskedByModel> {
  if (context.target.capabilities.has("speak the contract")) {
    return await askAnew(context, { name: "answered by" });
  }
  const [model = ""] = await triedByWire(context);
  return await askAnewByWire(context, model, "answered by");
}

function judgeOne(asked: AskedByModel): Broken | undefined {
  const { atEngine, row, error } = asked;
  if (error !== null) throw new CouldNotRun(`no reply to judge: ${describeAsked(asked)}`);
  requireAsked(atEngine);
  const [model] = atEngine;
  if (row?.model_name === model) return undefined;
  if (asked.isOtherWire && row?.model_name === undefined) throw rowsLackField("model_name");
  return {
    verdict: "broken",
    expected: `${model} in the row`,
    found: row?.model_name ?? "no model",
    seen: describeAsked(asked),
    rows: [row],
  };
}
