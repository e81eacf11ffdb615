import { CouldNotRun, defineCheck, type Verdict } from "../../harness/define-check.ts";
import type { KeptServiceState, KillableService } from "../../targets/service-killer.ts";
import { SERVICE_TITLES } from "../../targets/service-titles.ts";
import type { Context } from "../contract-conversations.ts";
import { killedReply } from "./killed-reply.ts";

/** One kill, with how all services were before and after it. */
interface Kill {
  readonly victim: KillableService;
  readonly back_after_ms: number | null;
  readonly before: readonly KeptServiceState[];
  readonly after: readonly KeptServiceState[];
}

export const servicesBack = defineCheck<Context["target"], readonly Kill[]>({
  id: "drill/services-back",
  claim: "each service that was killed is up again, counted as one restart, and took no other with it",
  why: "A crash that takes its neighbours along is an outage; one that nobody counts is never looked into.",
  lookAt: "`stack events` and `stack logs`: which service ended, when, and what it said last",
  needs: ["kill any service"],
  async collect(context) {
    const kills: Kill[] = [];
    for (const service of ["gateway", "engine", "hmi"] as const) {
      if (!context.target.capabilities.has(`kill the ${service}`)) continue;
      const reply = await ifKilled(killedReply(context, service));
      if (reply === undefined) continue;
      const { victim, back_after_ms, before, after } = reply;
      kills.push({ victim, back_after_ms, before, after });
    }
    return kills;
  },
  judge: judgeKills,
});

/** Undefined where it did not come to the kill. */
async function ifKilled<Reply>(killed: Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await killed;
  } catch (error) {
    if (error instanceof CouldNotRun) return undefined;
    throw error;
  }
}

function judgeKills(kills: readonly Kill[]): Verdict {
  if (kills.length === 0) throw new CouldNotRun("no service was killed");
  const seen = kills
    .map(
      ({ victim, back_after_ms }) =>
        `the ${SERVICE_TITLES[victim]} was killed: ${backInWords(back_after_ms)}`,
    )
    .join("; ");
  const troubles = kills.flatMap(troublesOf);
  if (troubles.length === 0) return { verdict: "holds", seen };
  return {
    verdict: "broken",
    expected: "all services up, and one restart of the one that was killed",
    found: troubles.join("; "),
    seen,
  };
}

function backInWords(ms: number | null): string {
  return ms === null ? "not up again" : `up again after ${(ms / 1000).toFixed(1)} s`;
}

function troublesOf({ victim, before, after }: Kill): string[] {
  return before.flatMap((was) => {
    const { name } = was;
    const is = after.find((each) => each.name === name);
    // What was down already is no fault of the kill.
    if (was.state !== "up" && name !== victim) return [];
    if (is?.state !== "up") {
      const why = is?.problem ? `: ${is.problem}` : "";
      return [`${name} is ${is?.state ?? "gone"} after the ${SERVICE_TITLES[victim]} was killed${why}`];
    }
    const counted = is.restarts - was.restarts;
    const expected = name === victim ? 1 : 0;
    return counted === expected
      ? []
      : [`${name} was started again ${counted} times when the ${SERVICE_TITLES[victim]} was killed`];
  });
}
