import { CouldNotRun, defineCheck } from "../../harness/check.ts";
import type { Context } from "../stage.ts";
import { requireUndisturbed } from "../undisturbed.ts";
import { inWords, percentile } from "./percentile.ts";
import { type Sample, type Samples, TARGETS, timeMessages } from "./samples.ts";

export const betweenTokens = defineCheck<Context["target"], Samples>({
  id: "sla/between-tokens",
  claim: `from one token to the next it is under ${TARGETS.gapP50} ms in the median, while ten users chat`,
  why: "ggml-org/llama.cpp#20872: tokens are collected on the way, and the reply stutters.",
  lookAt: "whatever holds tokens back between the engine and the reader",
  needs: [],
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
    const found = `${inWords(gaps, 50)}, ${inWords(gaps, 95)}`;
    if (percentile(gaps, 50) < TARGETS.gapP50) {
      return { verdict: "holds", seen: `${seen}: ${found}, limit of the median ${TARGETS.gapP50} ms` };
    }
    requireUndisturbed(disturbance);
    return { verdict: "broken", expected, found, seen };
  },
});

function gapsIn({ tokens_ms }: Sample): number[] {
  return tokens_ms.slice(1).map((at, index) => at - (tokens_ms[index] ?? at));
}
