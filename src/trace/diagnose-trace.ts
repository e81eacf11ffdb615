import { duration } from "./finding-words.ts";
import { toldPasses } from "./hop-passes.ts";
import { judgeAnswers } from "./judge-answers.ts";
import { judgeAskedTwice } from "./judge-asked-twice.ts";
import { judgeBuffering } from "./judge-buffering.ts";
import { judgeDeletion } from "./judge-deletion.ts";
import { firstTokenOf, judgeHopFirstToken } from "./judge-first-token.ts";
import { judgeModel } from "./judge-model.ts";
import { judgeReplyOrigin } from "./judge-reply-origin.ts";
import { judgeText } from "./judge-text.ts";
import { judgeUsage } from "./judge-usage.ts";
import type { TraceDiagnosis, TraceObservations, TraceReport } from "./trace-report.ts";

/** From what costs the reply to what costs time. */
const JUDGES = [
  judgeAnswers,
  judgeText,
  judgeModel,
  judgeReplyOrigin,
  judgeUsage,
  judgeAskedTwice,
  judgeDeletion,
  judgeBuffering,
  judgeHopFirstToken,
];

/** Says what is wrong: a pure function of what was observed. The diagnosis is the worst finding, of the hop furthest in. */
export function diagnoseTrace(
  trace: TraceObservations,
): Pick<TraceReport, "ok" | "diagnosis" | "findings" | "not_told"> {
  const judged = JUDGES.map((judge) => judge(trace));
  // Where a hop did not answer, they are in its own sentence.
  const deaths = judged[0]?.findings.length === 0 ? trace.deaths : [];
  const all = judged.flatMap((each) => each.findings);
  // What is held back is late, too: one fault, said once.
  const findings = all.filter(
    ({ hop, kind }) =>
      kind !== "delay" || !all.some((other) => other.hop === hop && other.kind === "held_back"),
  );
  const diagnosis = findings[0] ?? allWell(trace);
  return {
    ok: diagnosis.kind === "passes",
    diagnosis,
    findings,
    not_told: [...judged.flatMap(({ notTold }) => notTold), ...deaths],
  };
}

function allWell(trace: TraceObservations): TraceDiagnosis {
  const told = trace.hops.filter((hop) => toldPasses(hop).length > 0);
  const outermost = told.at(-1);
  if (outermost === undefined) {
    const sentence = "No reply came to its end while it was waited for: of no hop can anything be said.";
    return {
      hop: null,
      kind: "not_told",
      sentence,
      next: "stack trace again, when the machine has less to do",
    };
  }
  const first = firstTokenOf(trace, outermost);
  const who = told.length === trace.hops.length ? "Every hop" : "Every hop that could be asked";
  const engine = first?.engineMs == null ? "" : `, of which the engine ${duration(first.engineMs)}`;
  const when = first === undefined ? "" : `: first token after ${duration(first.totalMs)}${engine}`;
  return { hop: null, kind: "passes", sentence: `${who} passes what it gets${when}.`, next: null };
}
