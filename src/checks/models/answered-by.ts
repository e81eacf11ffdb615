import { type Broken, CouldNotRun, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import type { Context } from "../stage.ts";
import { type Asked, askAnew, describe } from "./ask.ts";

export const answeredBy = defineCheck<Context["target"], readonly Asked[]>({
  id: "models/answered-by",
  claim: "a reply's row names the model that really answered, also where none was asked for",
  why: "A row without a name, or with the configured one, leaves nobody able to tell whose words they are.",
  lookAt: "what is saved as the reply's model: the engine's own name of what was asked in the end",
  needs: ["show what reached the engine"],
  collect: async (context) => [await askAnew(context, { name: "answered by" })],
  judge: (asked) =>
    firstBroken(asked, judgeOne) ?? { verdict: "holds", seen: asked.map(describe).join("; ") },
});

function judgeOne(asked: Asked): Broken | undefined {
  const { atEngine, row, error } = asked;
  const [model] = atEngine;
  if (error !== null || model === undefined) throw new CouldNotRun(`no reply to judge: ${describe(asked)}`);
  if (row?.model_name === model) return undefined;
  return {
    verdict: "broken",
    expected: `${model} in the row`,
    found: row?.model_name ?? "no model",
    seen: describe(asked),
    rows: [row],
  };
}
