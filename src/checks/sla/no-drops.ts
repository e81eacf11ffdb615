import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { Context } from "../profiles-and-sessions.ts";
import { isWholeEnding } from "../stream-endings.ts";
import { type Samples, type TimedSample, timeMessages, USERS } from "./timed-messages.ts";

export const noDrops = defineCheck<Context["target"], Samples>({
  id: "sla/no-drops",
  claim: `of ${USERS} users at once nobody's reply is dropped`,
  why: "A pool that is too small shows first when the second team looks at the demonstration.",
  lookAt: "limits of connections and slots between the services, and what is answered at the limit",
  needs: [],
  collect: timeMessages,
  judge: ({ atOnce }) =>
    firstBroken(atOnce, (sample) => judgeOne(sample, atOnce)) ?? {
      verdict: "holds",
      seen: `replies to ${USERS} users at once, all written to their ends: ${atOnce.length}`,
    },
});

function judgeOne({ who, status, ended }: TimedSample, all: readonly TimedSample[]): Broken | undefined {
  if (status < 300 && isWholeEnding(ended)) return undefined;
  const whole = all.filter((sample) => isWholeEnding(sample.ended)).length;
  return {
    verdict: "broken",
    expected: `${all.length} replies written to their ends`,
    found: `${whole}; the one to ${who} ended with ${ended}, status ${status}`,
    seen: `${USERS} users at once`,
  };
}
