import { sentence } from "./finding-words.ts";
import { HOP_TITLES } from "./hop-names.ts";
import { replyRequestOf, toldPasses } from "./hop-passes.ts";
import { type JudgedTrace, judgeEachHop } from "./judge-each-hop.ts";
import type { HopPass, TraceObservations } from "./trace-report.ts";

/** Whether the engine was asked for each reply of a hop more than once, as its record shows. */
export function judgeAskedTwice(trace: TraceObservations): JudgedTrace {
  return judgeEachHop(trace, (hop) => {
    const counts = toldPasses(hop).map(requestsForReply);
    const least = Math.min(...counts);
    // Once may be somebody else, who says the same.
    if (counts.length === 0 || least < 2) return {};
    const way = hop.hop === "engine" ? "The engine" : `By way of ${HOP_TITLES[hop.hop]} the engine`;
    return {
      finding: {
        hop: hop.hop,
        kind: "asked_twice",
        sentence: `${sentence(way)} was asked for each reply ${least} times, in the same words: it works for ${least}, and one is read.`,
        next: "stack verify isolation --grep one-request",
      },
    };
  });
}

/** How many requests for the reply of this pass reached the engine while it came. */
function requestsForReply(pass: HopPass): number {
  const again = (pass.engine_requests ?? []).filter(
    ({ purpose, from_ms }) => purpose === "again" && from_ms !== null,
  );
  return replyRequestOf(pass) === undefined ? 0 : 1 + again.length;
}
