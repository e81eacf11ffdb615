import { attemptsOf, type CheckRun } from "./attempt-undisturbed.ts";
import type { Check } from "./define-check.ts";
import type { JudgedCheck } from "./judge-evidence.ts";
import type { CheckResult } from "./run-report.ts";

/** What became of a check, and after how many tries. */
export interface RetriedCheck {
  readonly attempts: number;
  readonly found: Omit<JudgedCheck, "outcome"> & Pick<CheckResult, "outcome">;
}

/**
 * Tries a check again while it does not hold, as often as the setting `retries` allows. One that holds only then is flaky.
 * Throws a MissingEndpoint.
 */
export async function retryCheck<Target>(
  check: Check<Target, never>,
  run: CheckRun<Target>,
): Promise<RetriedCheck> {
  const { retries, signal } = run.settings;
  const attempt = attemptsOf(check, run);
  const first = await attempt();
  let last = first;
  let attempts = 1;
  if (first.outcome.verdict === "skipped") return { attempts, found: first };
  while (last.outcome.verdict !== "holds" && attempts <= retries && !signal.aborted) {
    attempts += 1;
    last = await attempt();
  }
  if (attempts === 1 || last.outcome.verdict !== "holds") return { attempts, found: last };
  const { seen } = last.outcome;
  return { attempts, found: { ...last, outcome: { verdict: "flaky", first: first.outcome, seen } } };
}
