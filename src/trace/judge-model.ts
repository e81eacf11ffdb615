import { isSameModelName, mayBeOneModel } from "../contract/model-names.ts";
import { quotedText, sentence } from "./finding-words.ts";
import { HOP_TITLES } from "./hop-names.ts";
import { answeringModel, isOneModel, replyRequestOf, toldHopBehind, toldPasses } from "./hop-passes.ts";
import { type JudgedTrace, judgeEachHop } from "./judge-each-hop.ts";
import type { HopObservation, HopPass, TraceFinding, TraceObservations } from "./trace-report.ts";

/** Whether the model that was asked for is the one that was asked, and answered. */
export function judgeModel(trace: TraceObservations): JudgedTrace {
  if (trace.hops.every(({ models, model }) => models.length === 0 && model === null))
    return { findings: [], notTold: [NO_MODEL] };
  const judged = judgeEachHop(trace, (hop) => judgeHop(trace, hop));
  return {
    ...judged,
    notTold: [...trace.hops.flatMap((hop) => incomparable(trace, hop)), ...judged.notTold],
  };
}

const NO_MODEL =
  "No model was named, because the engine told none: whether it is the right one that answers is not told.";

function judgeHop(
  trace: TraceObservations,
  hop: HopObservation,
): ReturnType<Parameters<typeof judgeEachHop>[1]> {
  const passes = toldPasses(hop);
  const title = sentence(HOP_TITLES[hop.hop]);
  if (passes.length === 0) return {};
  const model = hop.names_model ? hop.model : trace.set_model;
  if (model === null) {
    const setting = hop.names_model
      ? ""
      : "its wire has no place for a model's name ({model} in contract.wire.send): ";
    return {
      notTold: [
        `Of ${HOP_TITLES[hop.hop]} no model was asked for; ${setting}whether the right one answers is not told.`,
      ],
    };
  }
  const other = passes.map((pass) => otherModel(pass, model)).find((each) => each !== undefined);
  if (other === undefined) {
    const isTold = passes.some((pass) => pass.model !== null || replyRequestOf(pass) !== undefined);
    return isTold ? {} : { notTold: [`${title} does not say which model has answered.`] };
  }
  return isAlias(trace, hop, model)
    ? {
        notTold: [
          `${quotedText(model)} is a name that the engine does not list, and ${other}: whether that is what stands behind it is not told.`,
        ],
      }
    : { finding: findingOf(hop, `${wantedWords(hop, model)}, and ${other}`) };
}

function wantedWords({ names_model }: HopObservation, model: string): string {
  return names_model
    ? `${quotedText(model)} was asked for`
    : `chat.model says that it takes ${quotedText(model)}`;
}

/** A name of a gateway's own stands for whatever it says. Of one that is only said to be taken, the engine must know it. */
function isAlias({ hops }: TraceObservations, { names_model }: HopObservation, model: string): boolean {
  const listed = hops.find(({ hop }) => hop === "engine")?.models ?? [];
  return (listed.length > 0 || !names_model) && !listed.some((name) => isSameModelName(name, model));
}

function findingOf({ hop, names_model }: HopObservation, words: string): TraceFinding {
  return {
    hop,
    kind: "other_model",
    sentence: `${sentence(HOP_TITLES[hop])} swaps the model: ${words}.`,
    // Whoever cannot be told a model is not judged by those claims.
    next: names_model ? "stack verify models" : "stack tap shows every request that reaches the engine",
  };
}

/** Who says that it was another one, in words; undefined where nobody does. */
function otherModel(pass: HopPass, model: string): string | undefined {
  const asked = replyRequestOf(pass)?.model;
  if (asked !== undefined && !mayBeOneModel(asked, model))
    return `the engine was asked for ${quotedText(asked)}`;
  if (pass.model !== null && !mayBeOneModel(pass.model, model))
    return `its reply says that ${quotedText(pass.model)} answered`;
  const row = pass.row?.model ?? null;
  if (row !== null && !mayBeOneModel(row, model)) return `the reply's row names ${quotedText(row)}`;
  return undefined;
}

/** Where two hops' replies are of different models, as far as is known: what is not compared, and what each was asked. */
function incomparable(trace: TraceObservations, hop: HopObservation): string[] {
  const behind = toldHopBehind(trace, hop);
  if (behind === undefined || toldPasses(hop).length === 0 || isOneModel(hop, behind)) return [];
  const asked = ({ model }: HopObservation): string =>
    model === null ? "none by its name" : quotedText(model);
  const [inner, outer] = [HOP_TITLES[behind.hop], HOP_TITLES[hop.hop]];
  const isOneName = hop.model !== null && hop.model === behind.model;
  const uncompared = "their times and texts are not compared.";
  // By their names they are one, and by the record they are not.
  if (isOneName) {
    const [there, here] = [answeringModel(behind), answeringModel(hop)].map((model) =>
      quotedText(model ?? ""),
    );
    const direct = behind.hop === "engine" ? "The engine" : `By way of ${inner} the engine`;
    return [`${direct} was asked for ${there}, by way of ${outer} for ${here}: ${uncompared}`];
  }
  const why =
    hop.model === null
      ? "which one that takes is not told (chat.model would say it)"
      : trace.record === null
        ? "whether these are one model is not told without a tap in front of the engine"
        : "these are not one model";
  return [
    `${sentence(inner)} was asked for ${asked(behind)}, ${outer} for ${asked(hop)}, and ${why}: ${uncompared}`,
  ];
}
