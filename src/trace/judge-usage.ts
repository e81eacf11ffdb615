import { sentence } from "./finding-words.ts";
import { HOP_TITLES } from "./hop-names.ts";
import { toldPasses } from "./hop-passes.ts";
import { type JudgedTrace, judgeEachHop } from "./judge-each-hop.ts";
import type { HopObservation, HopPass, TraceFinding, TraceObservations } from "./trace-report.ts";

/** Whether a hop tells the tokens that the engine counted: where its one request was seen. Of several they may be summed. */
export function judgeUsage(trace: TraceObservations): JudgedTrace {
  return judgeEachHop(trace, (hop) => ({
    finding: toldPasses(hop)
      .map((pass) => judgePass(hop, pass))
      .find((each) => each !== undefined),
  }));
}

function judgePass({ hop }: HopObservation, { usage, engine_requests }: HopPass): TraceFinding | undefined {
  const [request, ...more] = engine_requests ?? [];
  const counted = request?.purpose === "reply" && more.length === 0 ? request.counted : null;
  if (usage === null || counted === null) return undefined;
  const differs = (["prompt_tokens", "completion_tokens"] as const).some(
    (name) => usage[name] !== null && usage[name] !== counted[name],
  );
  if (!differs) return undefined;
  const told = `${usage.prompt_tokens ?? "?"} + ${usage.completion_tokens ?? "?"}`;
  return {
    hop,
    kind: "other_usage",
    sentence: `${sentence(HOP_TITLES[hop])} tells other tokens than the engine counted: ${told} instead of ${counted.prompt_tokens} + ${counted.completion_tokens} (prompt + reply).`,
    next: "stack verify sse --grep usage",
  };
}
