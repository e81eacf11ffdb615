import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { Context } from "../contract-conversations.ts";
import { requireOneReplica } from "./health-of-replicas.ts";
import {
  type AskedService,
  activeIn,
  activeToldIn,
  allAnswers,
  requireReplies,
  SERVICES,
  servicesIn,
  type Watched,
  watchReplies,
} from "./watched-replies.ts";

export const activeStreams = defineCheck<Context["target"], Watched>({
  id: "health/active-streams",
  claim: "active_streams is one more while a reply streams, and what it was before after it",
  why: "BerriAI/litellm#27955: what a stream takes and never gives back is seen first in such a counter.",
  lookAt: "where active_streams is counted: each way in adds one, each way out takes it off again",
  needs: ["report health"],
  isTimed: true,
  collect: watchReplies,
  judge(watched) {
    requireReplies(watched);
    const services = servicesIn(watched);
    if (!isContract(services) && watched.before.every((look) => activeToldIn(look) === null)) {
      throw new NotObservable("the health report has no active_streams");
    }
    for (const service of services) requireOneReplica(service, allAnswers(service, watched));
    const broken = firstBroken(services, (service) => judgeOne(service, watched));
    return (
      broken ?? { verdict: "holds", seen: services.map((service) => story(service, watched)).join("; ") }
    );
  },
});

/** A reply is short: one look may fall before its first token or after its last. */
const FEWEST_LOOKS = 3;

/** Both of the contract's services were asked: they promise to tell. */
function isContract(services: readonly AskedService[]): boolean {
  return SERVICES.every((service) => services.includes(service));
}

function judgeOne(service: AskedService, watched: Watched): Broken | undefined {
  const { before, during, after } = countsOf(service, watched);
  // What asks while nothing is on its way shows only whether it falls back.
  if (during.includes(before + 1) && after <= before) return undefined;
  if (during.length < FEWEST_LOOKS && after <= before) {
    throw new CouldNotRun(`the ${service} was asked ${during.length} times only while a reply streamed`);
  }
  return {
    verdict: "broken",
    expected: `the ${service}'s active_streams ${before}, then ${before + 1}, then ${before} again`,
    found: story(service, watched),
    seen: `${during.length} looks while replies streamed`,
  };
}

function countsOf(service: AskedService, { before, replies, after }: Watched) {
  const of = (looks: Watched["before"]): number[] =>
    looks.filter((look) => look.service === service).map(activeIn);
  return {
    before: of(before)[0] ?? 0,
    during: replies.flatMap((reply) => of(reply.looks)),
    after: of(after)[0] ?? 0,
  };
}

function story(service: AskedService, watched: Watched): string {
  const { before, during, after } = countsOf(service, watched);
  return `${service} ${before}, then ${[...new Set(during)].join(" and ")}, then ${after}`;
}
