import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import {
  type AskedByModel,
  askAnew,
  askAnewByWire,
  describeAsked,
  expectedModelInWords,
  foundModelInWords,
} from "./ask-by-model.ts";
import { triedByWire, triedModels } from "./model-catalogue.ts";

export const names = defineCheck<Context["target"], readonly AskedByModel[]>({
  id: "models/names",
  claim: "a model's name travels unchanged: asked for, at the engine, and in the reply's row",
  why: "The name was mapped on the way, and the engine answered 404.",
  lookAt: "every place between the message's model and the engine's request: pass the text on, map nothing",
  needs: ["show what reached the engine", "choose a model"],
  async collect(context) {
    const asked: AskedByModel[] = [];
    if (!context.target.capabilities.has("speak the contract")) {
      for (const model of await triedByWire(context)) asked.push(await askAnewByWire(context, model, model));
      return asked;
    }
    // One after the other: a real engine may hold one model at a time.
    for (const model of await triedModels(context))
      asked.push(await askAnew(context, { model, name: model }));
    return asked;
  },
  judge: (asked) =>
    firstBroken(asked, judgeOne) ?? {
      verdict: "holds",
      seen: `unchanged over three hops: ${asked.map(({ model }) => model).join(", ")}`,
    },
});

function judgeOne(asked: AskedByModel): Broken | undefined {
  const { model, atEngine, row } = asked;
  if (asked.error !== null && asked.isOtherWire) throw new CouldNotRun(describeAsked(asked));
  const isSaved = row?.model_name === model || (asked.isOtherWire && row?.model_name === undefined);
  if (isSaved && asked.error === null) requireAsked(atEngine);
  if (atEngine.length > 0 && atEngine.every((name) => name === model) && isSaved) return undefined;
  return {
    verdict: "broken",
    expected: expectedModelInWords(asked),
    found: foundModelInWords(asked),
    seen: describeAsked(asked),
    rows: row == null ? [] : [row],
  };
}
