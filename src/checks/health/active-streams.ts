import { type Broken, CouldNotRun, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import type { Context } from "../stage.ts";
import { activeIn, requireReplies, SERVICES, type Service, type Watched, watchReplies } from "./watched.ts";

export const activeStreams = defineCheck<Context["target"], Watched>({
  id: "health/active-streams",
  claim: "active_streams is one more while a reply streams, and what it was before after it",
  why: "BerriAI/litellm#27955: what a stream takes and never gives back is seen first in such a counter.",
  lookAt: "where active_streams is counted: each way in adds one, each way out takes it off again",
  needs: [],
  isTimed: true,
  collect: watchReplies,
  judge(watched) {
    requireReplies(watched);
    const broken = firstBroken(SERVICES, (service) => judgeOne(service, watched));
    return (
      broken ?? { verdict: "holds", seen: SERVICES.map((service) => story(service, watched)).join("; ") }
    );
  },
});

function judgeOne(service: Service, watched: Watched): Broken | undefined {
  const { before, during, after } = countsOf(service, watched);
  // What asks while nothing is on its way shows only whether it falls back.
  if (during.length === 0) throw new CouldNotRun(`the ${service} was not asked while a reply streamed`);
  if (during.includes(before + 1) && after <= before) return undefined;
  return {
    verdict: "broken",
    expected: `the ${service}'s active_streams ${before}, then ${before + 1}, then ${before} again`,
    found: story(service, watched),
    seen: `${during.length} looks while replies streamed`,
  };
}

function countsOf(service: Service, { before, replies, after }: Watched) {
  const of = (looks: Watched["before"]): number[] =>
    looks.filter((look) => look.service === service).map(activeIn);
  return {
    before: of(before)[0] ?? 0,
    during: replies.flatMap((reply) => of(reply.looks)),
    after: of(after)[0] ?? 0,
  };
}

function story(service: Service, watched: Watched): string {
  const { before, during, after } = countsOf(service, watched);
  return `${service} ${before}, then ${[...new Set(during)].join(" and ")}, then ${after}`;
}
