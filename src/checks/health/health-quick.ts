import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import { requireUndisturbed } from "../measurement-disturbance.ts";
import {
  type AskedService,
  isAnsweredIn,
  looksAt,
  servicesIn,
  soonIn,
  type Watched,
  type WatchedReply,
  watchReplies,
} from "./watched-replies.ts";

export const quick = defineCheck<Context["target"], Watched>({
  id: "health/quick",
  claim: "/health is answered while a reply streams and while the engine loads, not after it",
  why: "A health call that waits for the engine is late when it is needed, and the service is restarted in mid-reply.",
  lookAt: "the health call: nothing in it may wait for a generation, a lock or the engine's only slot",
  needs: ["report health"],
  isTimed: true,
  collect: watchReplies,
  judge(watched) {
    const { replies } = watched;
    const services = servicesIn(watched);
    const broken = firstBroken(replies, (reply) =>
      firstBroken(services, (service) => judgeService(service, reply)),
    );
    if (broken !== undefined) requireUndisturbed(watched);
    return broken ?? { verdict: "holds", seen: replies.map(describe).join("; ") };
  },
});

/** In a reply that is shorter than this nobody can tell what waited for its end, in milliseconds. */
const SHORTEST_REPLY_MS = 50;

function judgeService(service: AskedService, reply: WatchedReply): Broken | undefined {
  if (reply.what === "the engine loads") requireAsked(reply.generations);
  const looks = looksAt(service, reply.looks);
  const soon = soonIn(reply);
  const [first] = looks;
  const isTooShort = reply.ended_ms - reply.began_ms < SHORTEST_REPLY_MS;
  if (isTooShort || first === undefined || first.asked_ms > soon) {
    throw new NotObservable(`the reply was too short for the ${service} to be asked while ${reply.what}`);
  }
  if (looks.some((look) => isAnsweredIn(reply, look))) return undefined;
  return {
    verdict: "broken",
    expected: `an answer of the ${service} while ${reply.what}`,
    found: `the first one ${Math.round(first.answered_ms - first.asked_ms)} ms after it was asked, status ${first.call.status}`,
    seen: describe(reply),
  };
}

function describe(reply: WatchedReply): string {
  const { what, began_ms, ended_ms, looks } = reply;
  const longest = Math.max(0, ...looks.map(({ call }) => call.duration_ms));
  return `while ${what}, ${Math.round(ended_ms - began_ms)} ms: ${looks.length} answers, the slowest in ${Math.round(longest)} ms`;
}
