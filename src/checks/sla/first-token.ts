import { defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { Context } from "../contract-conversations.ts";
import { requireUndisturbed } from "../measurement-disturbance.ts";
import { percentile, percentileInWords, requireEnough } from "./percentile.ts";
import { TARGETS } from "./service-targets.ts";
import { type Samples, type TimedSample, timeMessages } from "./timed-messages.ts";

const { firstTokenP50, firstTokenP95 } = TARGETS;

export const firstToken = defineCheck<Context["target"], Samples>({
  id: "sla/first-token",
  claim: `the first token comes in under ${firstTokenP50} ms at P50 and ${firstTokenP95} ms at P95, with a warm engine`,
  why: "open-webui/open-webui#28413: something else was asked of the engine first, and every reply came late.",
  lookAt: "what stands between the message and the engine's first token: other calls, a queue, a buffer",
  needs: [],
  isTimed: true,
  collect: timeMessages,
  judge({ firstTokens, unpushed, ...disturbance }) {
    const times = firstTokens.flatMap(({ first_token_ms }) => first_token_ms ?? []);
    requireEnough(times);
    const seen = `${times.length} replies: ${percentileInWords(times, 50)}, ${percentileInWords(times, 95)}`;
    if (percentile(times, 50) < firstTokenP50 && percentile(times, 95) < firstTokenP95) {
      return { verdict: "holds", seen: `${seen}, limits ${firstTokenP50} and ${firstTokenP95} ms` };
    }
    if (unpushed !== undefined) throw new NotObservable(`${seen}; ${unpushed}`);
    requireUndisturbed(disturbance);
    const share = shareInWords(firstTokens);
    if (share?.isAlone) throw new NotObservable(`the engine itself is slow: ${seen}; ${share.words}`);
    return {
      verdict: "broken",
      expected: `P50 under ${firstTokenP50} ms, P95 under ${firstTokenP95} ms`,
      found: `${percentileInWords(times, 50)}, ${percentileInWords(times, 95)}`,
      seen: `${seen}; ${share?.words ?? "what of it is the engine's own is not told"}`,
    };
  },
});

/** What stands between may take this much of the target by itself, in the median and at P95. */
export const REST = { p50: firstTokenP50 / 4, p95: firstTokenP95 / 4 } as const;

/** The engine's own share, and the rest; undefined where it is not known of every reply. */
function shareInWords(samples: readonly TimedSample[]): { words: string; isAlone: boolean } | undefined {
  const answered = samples.filter(({ first_token_ms }) => first_token_ms !== null);
  const shares = answered.flatMap(({ engine }) => engine?.first_token_ms ?? []);
  if (shares.length === 0 || shares.length < answered.length) return undefined;
  const rest = answered.map(({ first_token_ms, engine }) =>
    Math.max(0, (first_token_ms ?? 0) - (engine?.first_token_ms ?? 0)),
  );
  return {
    words: [
      `the engine's own share ${percentileInWords(shares, 50)}, ${percentileInWords(shares, 95)}`,
      `what stands between ${percentileInWords(rest, 50)}, ${percentileInWords(rest, 95)}`,
    ].join("; "),
    isAlone: percentile(rest, 50) < REST.p50 && percentile(rest, 95) < REST.p95,
  };
}
