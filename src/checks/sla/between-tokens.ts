import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { Context } from "../contract-conversations.ts";
import { requireMoreThanOwnDelay, requireUndisturbed } from "../measurement-disturbance.ts";
import { percentile, percentileInWords } from "./percentile.ts";
import { TARGETS } from "./service-targets.ts";
import { type Samples, type TimedSample, timeMessages } from "./timed-messages.ts";

export const betweenTokens = defineCheck<Context["target"], Samples>({
  id: "sla/between-tokens",
  claim: `from one token to the next it is under ${TARGETS.gapP50} ms in the median, while ten users chat`,
  why: "ggml-org/llama.cpp#20872: tokens are collected on the way, and the reply stutters.",
  lookAt: "whatever holds tokens back between the engine and the reader",
  needs: ["push replies"],
  isTimed: true,
  collect: timeMessages,
  judge({ atOnce, ...disturbance }) {
    // A token or two have no pace.
    const replies = atOnce.filter(({ tokens }) => tokens > 2);
    if (replies.length === 0) throw new CouldNotRun("no reply had more than two tokens");
    const gaps = replies.flatMap(gapsIn);
    const expected = `a median under ${TARGETS.gapP50} ms between tokens`;
    const seen = `${replies.length} replies at once, ${gaps.length} waits between tokens`;
    if (gaps.length === 0) {
      return { verdict: "broken", expected, found: "all tokens of each reply at once", seen };
    }
    const found = `${percentileInWords(gaps, 50)}, ${percentileInWords(gaps, 95)}`;
    if (percentile(gaps, 50) < TARGETS.gapP50) {
      return { verdict: "holds", seen: `${seen}: ${found}, limit of the median ${TARGETS.gapP50} ms` };
    }
    requireUndisturbed(disturbance);
    requireMoreThanOwnDelay(disturbance, percentile(gaps, 50) - TARGETS.gapP50);
    const own = replies.flatMap(({ engine }) => engine?.gap_ms ?? []);
    const isKnown = own.length === replies.length;
    if (isKnown && percentile(own, 50) >= percentile(gaps, 50) / SLOWER) {
      throw new NotObservable(
        `the engine itself is slow: ${seen}, ${found}; its own pace ${percentileInWords(own, 50)}`,
      );
    }
    return { verdict: "broken", expected, found, seen };
  },
});

/** Slower than the engine writes by this factor, and somebody holds tokens back. */
export const SLOWER = 1.5;

function gapsIn({ tokens_ms }: TimedSample): number[] {
  return tokens_ms.slice(1).map((at, index) => at - (tokens_ms[index] ?? at));
}
