import { defineCheck } from "../../harness/check.ts";
import type { Context } from "../stage.ts";
import { requireUndisturbed } from "../undisturbed.ts";
import { inWords, percentile, requireEnough } from "./percentile.ts";
import { type Samples, TARGETS, timeMessages } from "./samples.ts";

const { firstTokenP50, firstTokenP95 } = TARGETS;

export const firstToken = defineCheck<Context["target"], Samples>({
  id: "sla/first-token",
  claim: `the first token comes in under ${firstTokenP50} ms at P50 and ${firstTokenP95} ms at P95, with a warm engine`,
  why: "open-webui/open-webui#28413: something else was asked of the engine first, and every reply came late.",
  lookAt: "what stands between the message and the engine's first token: other calls, a queue, a buffer",
  needs: [],
  isTimed: true,
  collect: timeMessages,
  judge({ firstTokens, ...disturbance }) {
    const times = firstTokens.flatMap(({ first_token_ms }) => first_token_ms ?? []);
    requireEnough(times);
    const seen = `${times.length} replies: ${inWords(times, 50)}, ${inWords(times, 95)}`;
    if (percentile(times, 50) < firstTokenP50 && percentile(times, 95) < firstTokenP95) {
      return { verdict: "holds", seen: `${seen}, limits ${firstTokenP50} and ${firstTokenP95} ms` };
    }
    requireUndisturbed(disturbance);
    return {
      verdict: "broken",
      expected: `P50 under ${firstTokenP50} ms, P95 under ${firstTokenP95} ms`,
      found: `${inWords(times, 50)}, ${inWords(times, 95)}`,
      seen,
    };
  },
});
