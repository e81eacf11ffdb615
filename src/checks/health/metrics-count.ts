import { METRICS } from "../../contract/metric-names.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { requireOneReplica } from "./health-of-replicas.ts";
import { readExposition, sumOf } from "./metrics-exposition.ts";
import { allAnswers, requireReplies, type Watched, watchMetrics } from "./watched-replies.ts";

/** What a reply that came to its end adds to. */
const COUNTED = [METRICS.started, METRICS.finished, METRICS.tokens, `${METRICS.firstToken}_count`];

export const metricsCount = defineCheck<Context["target"], Watched>({
  id: "health/metrics-count",
  claim: "each reply is counted: begun, finished, its tokens, and the time to its first one",
  why: "A counter that is made and never moved looks like a quiet day.",
  lookAt: "where a stream begins and where it ends: the counters must be moved on every way to the end",
  needs: ["speak the contract"],
  collect: watchMetrics,
  judge(watched) {
    requireReplies(watched);
    const { metrics: calls, replies } = watched;
    requireOneReplica("gateway", [...calls, ...allAnswers("gateway", watched)]);
    const [before, after] = calls.map(({ body }) => readExposition(String(body)));
    if (before === undefined || after === undefined) throw new CouldNotRun("the metrics were not read");
    const risen = COUNTED.map((name) => ({ name, by: sumOf(after, name) - sumOf(before, name) }));
    const seen = `replies: ${replies.length}; ${risen.map(({ name, by }) => `${name} +${by}`).join(", ")}`;
    // Others may chat on a live stack meanwhile: never less than our own.
    const short = risen.filter(({ by }) => by < replies.length);
    if (short.length === 0) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: `${replies.length} more in ${short.map(({ name }) => name).join(", ")}`,
      found: short.map(({ name, by }) => `${by} in ${name}`).join(", "),
      seen,
    };
  },
});
