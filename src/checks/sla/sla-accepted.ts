import { defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { Context } from "../contract-conversations.ts";
import { requireUndisturbed } from "../measurement-disturbance.ts";
import { percentile, percentileInWords, requireEnough } from "./percentile.ts";
import { TARGETS } from "./service-targets.ts";
import { type Samples, timeMessages } from "./timed-messages.ts";

export const accepted = defineCheck<Context["target"], Samples>({
  id: "sla/accepted",
  claim: `a message is accepted in under ${TARGETS.acceptedP95} ms at P95, while ten users chat`,
  why: "A message that is not acknowledged at once is sent again.",
  lookAt: "what the call that takes a message waits for: its rows on disk, and nothing else",
  needs: [],
  isTimed: true,
  collect: timeMessages,
  judge({ atOnce, ...disturbance }) {
    const times = atOnce.flatMap(({ accepted_ms }) => accepted_ms ?? []);
    if (times.length === 0 && atOnce.some(({ ended }) => ended !== "refused")) {
      throw new NotObservable(
        "one call carries the message and streams its reply: when it was accepted is not told",
      );
    }
    requireEnough(times);
    const seen = `${times.length} messages: ${percentileInWords(times, 50)}, ${percentileInWords(times, 95)}, limit ${TARGETS.acceptedP95} ms`;
    if (percentile(times, 95) < TARGETS.acceptedP95) return { verdict: "holds", seen };
    requireUndisturbed(disturbance);
    const expected = `P95 under ${TARGETS.acceptedP95} ms`;
    return { verdict: "broken", expected, found: percentileInWords(times, 95), seen };
  },
});
