import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { rowStateInWords } from "../row-words.ts";
import { isWholeEnding } from "../stream-endings.ts";
import { type AskedByModel, askAnew, askAnewByWire, describeAsked } from "./ask-by-model.ts";
import { installedModels } from "./model-catalogue.ts";

interface Evidence {
  readonly installed: readonly string[];
  readonly asked: AskedByModel;
}

export const unknown = defineCheck<Context["target"], Evidence>({
  id: "models/unknown",
  claim: "a model that the engine does not have is an error that names those it has, and the row says error",
  why: "The failure was saved as a complete reply; and a bare 404 does not tell what to choose (docs/faults.md, row 42).",
  lookAt:
    "what becomes of the engine's 404: ask it for its list, name what it has, and end the row with an error",
  needs: ["choose a model"],
  async collect(context) {
    const name = context.canary("unknown").replace("canary", "no-such-model");
    if (!context.target.capabilities.has("speak the contract")) {
      // Where nothing is answered at all, a refusal says nothing of the model.
      const known = await askAnewByWire(context, undefined, "known model");
      if (!isWholeEnding(known.ended)) throw new CouldNotRun(describeAsked(known));
      return { installed: [], asked: await askAnewByWire(context, name, "unknown model") };
    }
    const installed = await installedModels(context);
    return { installed, asked: await askAnew(context, { model: name, name: "unknown model" }) };
  },
  judge: (evidence) => judgeError(evidence) ?? { verdict: "holds", seen: describeAsked(evidence.asked) },
});

function judgeError({ installed, asked }: Evidence): Broken | undefined {
  if (asked.isOtherWire) return judgeByWire(asked);
  const { error, ended, row } = asked;
  const unnamed = installed.filter((name) => error?.message.includes(name) !== true);
  const isError = error?.code === "model_not_found" && ended === "done (error)";
  if (isError && unnamed.length === 0 && row?.status === "error") return undefined;
  const said = error === null ? "no error" : `${error.code}: ${error.message}`;
  return {
    verdict: "broken",
    expected: `model_not_found with ${installed.join(", ")} in its message, done (error), a row with status error`,
    found: `${said}; ${ended}; ${rowStateInWords(row)}`,
    seen: describeAsked(asked),
    rows: row == null ? [] : [row],
  };
}

/** Any word for it will do, but a reply by another model, or a row that says that all is well. */
function judgeByWire(asked: AskedByModel): Broken | undefined {
  const { error, ended, row, atEngine } = asked;
  const isCalledWell = row?.status === "complete" || row?.status === "streaming";
  if ((error !== null || !isWholeEnding(ended)) && !isCalledWell) return undefined;
  return {
    verdict: "broken",
    expected: "an error, and in the row no status that says all is well",
    found: [
      error?.message ?? "no error",
      ended,
      `asked for at the engine: ${atEngine.join(", ") || "none was seen"}`,
      ...(row === undefined ? [] : [rowStateInWords(row)]),
    ].join("; "),
    seen: describeAsked(asked),
    rows: row == null ? [] : [row],
  };
}
