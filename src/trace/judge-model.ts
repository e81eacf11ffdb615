import { mayBeOneModel } from "../contract/model-names.ts";
import { quotedText, sentence } from "./finding-words.ts";
import { HOP_TITLES } from "./hop-names.ts";
import { replyRequestOf, toldPasses } from "./hop-passes.ts";
import { type JudgedTrace, judgeEachHop } from "./judge-each-hop.ts";
import type { HopObservation, HopPass, TraceFinding, TraceObservations } from "./trace-report.ts";

/** Whether the model that was asked for is the one that was asked, and answered. */
export function judgeModel(trace: TraceObservations): JudgedTrace {
  const { model } = trace;
  if (model === null) return { findings: [], notTold: [NO_MODEL] };
  return judgeEachHop(trace, (hop) => {
    const passes = toldPasses(hop);
    const finding = passes.map((pass) => judgePass(hop, pass, model)).find((each) => each !== undefined);
    const isTold = passes.some((pass) => pass.model !== null || replyRequestOf(pass) !== undefined);
    if (finding !== undefined || passes.length === 0 || isTold) return { finding };
    return { notTold: [`${sentence(HOP_TITLES[hop.hop])} does not say which model has answered.`] };
  });
}

const NO_MODEL =
  "No model was named, because the engine told none: whether it is the right one that answers is not told.";

function judgePass({ hop }: HopObservation, pass: HopPass, model: string): TraceFinding | undefined {
  const title = sentence(HOP_TITLES[hop]);
  const of = (words: string): TraceFinding => ({
    hop,
    kind: "other_model",
    sentence: `${title} swaps the model: ${words}.`,
    next: "stack verify models",
  });
  const asked = replyRequestOf(pass)?.model;
  if (asked !== undefined && !mayBeOneModel(asked, model)) {
    return of(`${quotedText(model)} was asked for, and the engine was asked for ${quotedText(asked)}`);
  }
  if (pass.model !== null && !mayBeOneModel(pass.model, model)) {
    return of(
      `${quotedText(model)} was asked for, and its reply says that ${quotedText(pass.model)} answered`,
    );
  }
  const row = pass.row?.model ?? null;
  if (row !== null && !mayBeOneModel(row, model)) {
    return of(`${quotedText(model)} was asked for, and the reply's row names ${quotedText(row)}`);
  }
  return undefined;
}
