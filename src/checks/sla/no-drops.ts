import { CouldNotRun, defineCheck, type Verdict } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { isWholeEnding } from "../stream-endings.ts";
import { USERS } from "./service-targets.ts";
import { type Samples, type TimedSample, timeMessages } from "./timed-messages.ts";

export const noDrops = defineCheck<Context["target"], Samples>({
  id: "sla/no-drops",
  claim: `of ${USERS} users at once everybody's reply is written to its end`,
  why: "A pool that is too small shows first when the second team looks at the demonstration.",
  lookAt: "limits of connections and slots between the services, and what is answered at the limit",
  needs: [],
  collect: timeMessages,
  judge({ atOnce }): Verdict {
    if (atOnce.length === 0) throw new CouldNotRun("nothing was sent");
    const failed = atOnce.filter(({ failure }) => failure !== null);
    const dropped = atOnce.filter(({ failure, ended }) => failure === null && !isWholeEnding(ended));
    const whole = atOnce.length - failed.length - dropped.length;
    const seen = `replies to ${USERS} users at once: ${atOnce.length}`;
    if (whole === atOnce.length) return { verdict: "holds", seen: `${seen}, all written to their ends` };
    const lost = [...failedWords(failed), ...droppedWords(dropped)];
    return {
      verdict: "broken",
      expected: `${atOnce.length} replies written to their ends`,
      found: [String(whole), ...lost].join("; "),
      seen,
    };
  },
});

/** How many were told to have failed, with what was told of each kind of failure. */
function failedWords(failed: readonly TimedSample[]): string[] {
  if (failed.length === 0) return [];
  const counts = new Map<string, number>();
  for (const { failure } of failed) counts.set(failure ?? "", (counts.get(failure ?? "") ?? 0) + 1);
  const words = [...counts].slice(0, MOST_KINDS).map(([told, count]) => `${told} (${count})`);
  return [`${failed.length} failed, as the back end itself told: ${words.join(", ")}`];
}

const MOST_KINDS = 3;

/** How many ended without a word of why. */
function droppedWords(dropped: readonly TimedSample[]): string[] {
  const [first] = dropped;
  return first === undefined
    ? []
    : [`${dropped.length} dropped, of which the one to ${first.who} ended with ${first.ended}`];
}
