import { UserError } from "../errors/user-error.ts";
import { type CheckResult, suiteOf } from "../harness/run-report.ts";
import { openTarget, type WholeTargetUrls } from "../targets/open-target.ts";
import { type VerifyOptions, type VerifyReport, verify } from "../verify/verify-stack.ts";
import type { Tapped } from "./taps-before-target.ts";
import type { TargetFault } from "./target-faults.ts";
import type { JudgeSettings, Reaction, TargetJudge } from "./target-judge.ts";
import type { NotHolding } from "./target-proof-report.ts";

/**
 * Judges by our own checks: those that hold on the stack without a fault, of the suites that these faults need. First
 * the ones that the fault names, and only where none of them turns red, the others of their suites, which look at the
 * same endpoints.
 */
export function judgeByChecks(
  target: WholeTargetUrls,
  faults: readonly TargetFault[],
  { seed, deadlineMs, signal }: JudgeSettings,
): TargetJudge {
  let held: readonly string[] = [];
  /** A canary of one run must not be found again by the next. */
  const run = (tapped: Tapped, about: string, retries: number, chosen: Chosen) =>
    verify({ target: tapped.urls, seed: `${seed}-${about}`, ...{ deadlineMs, retries, signal }, ...chosen });
  return {
    async begin(tapped) {
      // At its own addresses: a tap in front of nothing answers, too.
      await (await openTarget(target, signal)).close();
      const { results, left_behind } = await run(tapped, "none", 0, {
        suite: suitesOf(faults.flatMap(({ caughtBy }) => caughtBy)),
      });
      signal.throwIfAborted();
      held = results.flatMap(({ id, outcome }) => (outcome.verdict === "holds" ? [id] : []));
      if (held.length === 0) {
        throw new UserError(
          "nothing_selected",
          "No claim that could catch these faults holds on this stack.",
          {
            hint: "Run `stack verify` on it first.",
          },
        );
      }
      const not_holding = results.flatMap(notHolding);
      return { baseline: { judged_by: "checks", holds: held.length, not_holding }, left_behind };
    },
    async look(tapped, { name, caughtBy }) {
      const named = held.filter((id) => caughtBy.includes(id));
      const first = named.length > 0 ? reactionIn(await run(tapped, name, 0, only(named))) : NONE;
      const about = suitesOf(caughtBy);
      const others = held.filter((id) => about.includes(suiteOf({ id })) && !named.includes(id));
      if (first.caught_by.length > 0 || others.length === 0 || signal.aborted) return first;
      // Whatever else turns red is tried again: no bug is known that it comes from.
      const second = reactionIn(await run(tapped, `${name}-others`, 1, only(others)));
      return {
        caught_by: second.caught_by,
        stopped: [...first.stopped, ...second.stopped],
        left_behind: [...first.left_behind, ...second.left_behind],
      };
    },
  };
}

const NONE: Reaction = { caught_by: [], stopped: [], left_behind: [] };

/** Which checks are run. */
type Chosen = Pick<VerifyOptions, "suite" | "ids">;

/** The checks of these ids and no others. */
function only(ids: readonly string[]): Chosen {
  return { suite: suitesOf(ids), ids };
}

function suitesOf(ids: readonly string[]): string[] {
  return [...new Set(ids.map((id) => suiteOf({ id })))];
}

function reactionIn({ results, left_behind }: VerifyReport): Reaction {
  const caught_by = results.flatMap(({ id, outcome }) => (outcome.verdict === "broken" ? [id] : []));
  const stopped = results.flatMap(({ id, outcome }) =>
    outcome.verdict === "could-not-run" ? [{ id, reason: outcome.reason }] : [],
  );
  return { caught_by, stopped, left_behind };
}

function notHolding({ id, outcome }: CheckResult): NotHolding[] {
  switch (outcome.verdict) {
    case "holds":
      return [];
    case "broken": {
      const reason = `expected ${outcome.expected}; found ${outcome.found}`;
      return [{ id, verdict: outcome.verdict, reason }];
    }
    case "flaky":
      return [{ id, verdict: outcome.verdict, reason: outcome.seen }];
    default:
      return [{ id, verdict: outcome.verdict, reason: outcome.reason }];
  }
}
