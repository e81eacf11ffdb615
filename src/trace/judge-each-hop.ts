import { hopsBehind } from "./hop-passes.ts";
import type { HopObservation, TraceFinding, TraceObservations } from "./trace-report.ts";

/** What one judge says of a trace. */
export interface JudgedTrace {
  readonly findings: readonly TraceFinding[];
  /** Sentences about what it could not judge. */
  readonly notTold: readonly string[];
}

/** What a judge says of one hop. */
export interface JudgedHop {
  readonly finding?: TraceFinding | undefined;
  readonly notTold?: readonly string[];
}

/** Judges hop by hop, from the engine outwards. What stands on a hop with a finding passes that on, and is not judged. */
export function judgeEachHop(
  trace: TraceObservations,
  judge: (hop: HopObservation) => JudgedHop,
): JudgedTrace {
  const findings: TraceFinding[] = [];
  const untold: string[] = [];
  for (const hop of trace.hops) {
    const isInherited = hopsBehind(trace, hop).some((inner) =>
      findings.some((each) => each.hop === inner.hop),
    );
    if (isInherited) continue;
    const { finding, notTold = [] } = judge(hop);
    if (finding !== undefined) findings.push(finding);
    untold.push(...notTold);
  }
  return { findings, notTold: untold };
}
