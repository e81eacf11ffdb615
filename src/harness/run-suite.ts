import type { CheckRun, SharedEvidence } from "./attempt-undisturbed.ts";
import type { Broken, Check, Suite } from "./define-check.ts";
import { knownCausesOf } from "./known-causes.ts";
import { retryCheck } from "./retry-check.ts";
import { type CheckResult, countOutcomes, type RunEvent, type SuiteReport } from "./run-report.ts";
import type { OpenTarget, RunSettings } from "./run-settings.ts";
import { MissingEndpoint } from "./target-errors.ts";
import { createTeardown, type Teardown } from "./teardown.ts";

/** What a suite's run found. */
export interface SuiteRun {
  readonly suite: SuiteReport;
  readonly results: readonly CheckResult[];
  readonly left_behind: readonly string[];
}

/** How a suite is run. */
export interface SuiteSettings extends RunSettings {
  /** True once no further check is to be begun. */
  readonly hasEnough?: () => boolean;
}

/** A suite that is run part by part. Nothing of it rejects for what it finds. */
export interface SuiteInParts<Target> {
  /** Begins these checks, whose results {@link SuiteInParts.run} waits for. */
  begin(which: (check: Check<Target, never>) => boolean): void;
  /** Runs these checks one after the other, as far as they were not run before. */
  run(which: (check: Check<Target, never>) => boolean): Promise<void>;
  /** Cuts off what is still on its way, and undoes what the checks did, unless it ends with the target. */
  end(): Promise<SuiteRun>;
}

/** Opens a suite of which nothing is run yet; it must be ended. */
export function openSuite<Target>(
  { name, title, checks }: Suite<Target>,
  open: OpenTarget<Target>,
  settings: SuiteSettings,
  onEvent: (event: RunEvent) => void,
): SuiteInParts<Target> {
  const stopped = new AbortController();
  const [shared, teardown]: [SharedEvidence, Teardown] = [new Map(), createTeardown()];
  const run: CheckRun<Target> = { open, settings, shared, teardown };
  const begun = new Map<Check<Target, never>, Promise<CheckResult>>();
  const found = new Map<Check<Target, never>, CheckResult>();
  let duration_ms = 0;
  onEvent({ type: "suite-started", suite: { name, title, checks: checks.length } });
  return {
    begin(which) {
      const signal = AbortSignal.any([settings.signal, stopped.signal]);
      for (const check of checks.filter(which)) {
        const result = runCheck(check, { ...run, settings: { ...settings, signal } });
        // Whoever waits for it is told.
        result.catch(() => undefined);
        begun.set(check, result);
      }
    },
    async run(which) {
      const start = performance.now();
      for (const check of checks.filter((each) => which(each) && !found.has(each))) {
        if (settings.signal.aborted || settings.hasEnough?.()) break;
        onEvent({ type: "check-started", id: check.id, claim: check.claim });
        const result = await (begun.get(check) ?? runCheck(check, run));
        found.set(check, result);
        onEvent({ type: "check-ended", result });
      }
      duration_ms += since(start);
    },
    async end() {
      stopped.abort();
      await Promise.allSettled(begun.values());
      const results = checks.flatMap((check) => found.get(check) ?? []);
      const left_behind = open.isDisposable ? [] : await teardown.run();
      const report = { name, title, duration_ms, counts: countOutcomes(results) };
      onEvent({ type: "suite-ended", suite: report });
      return { suite: report, results, left_behind };
    },
  };
}

/** Runs the checks of a suite one after the other, and undoes what they did. */
export async function runSuite<Target>(
  suite: Suite<Target>,
  open: OpenTarget<Target>,
  settings: SuiteSettings,
  onEvent: (event: RunEvent) => void,
): Promise<SuiteRun> {
  const parts = openSuite(suite, open, settings, onEvent);
  await parts.run(() => true);
  return await parts.end();
}

async function runCheck<Target>(check: Check<Target, never>, run: CheckRun<Target>): Promise<CheckResult> {
  const start = performance.now();
  const finish: Finish = (attempts, { outcome, lacks, commands, evidence }) => ({
    id: check.id,
    claim: check.claim,
    why: check.why,
    look_at: lookAtOf(outcome) ?? check.lookAt,
    duration_ms: since(start),
    attempts,
    outcome: knownCausesOf(run.open).told(check.id, outcome),
    ...(lacks === undefined ? {} : { lacks }),
    ...(commands === undefined ? {} : { commands }),
    ...(evidence === undefined ? {} : { evidence }),
  });
  const waived = run.open.waivedChecks?.[check.id];
  if (waived === "skipped" || waived === "broken") return finish(0, outcomeOfWaived(check, waived));
  const missing = check.needs.filter((need) => !run.open.capabilities.has(need));
  if (missing.length > 0) {
    const reasons = missing
      .map((need) => run.open.reasonsMissing?.[need])
      .filter((each) => each !== undefined);
    const reason = reasons[0] ?? `this target cannot ${missing.join(" and ")}`;
    return finish(0, { outcome: { verdict: "skipped", reason } });
  }
  try {
    const { attempts, found } = await retryCheck(check, run);
    return finish(attempts, found);
  } catch (error) {
    // What the target lacks will not be there the next time either.
    if (error instanceof MissingEndpoint) return finish(1, outcomeOfMissing(error));
    throw error;
  }
}

function lookAtOf(outcome: CheckResult["outcome"]): string | undefined {
  return outcome.verdict === "broken" ? outcome.cause?.look_at : undefined;
}

type Finish = (
  attempts: number,
  result: Pick<CheckResult, "outcome" | "lacks" | "commands" | "evidence">,
) => CheckResult;

type OutcomeWithout = Pick<CheckResult, "outcome" | "lacks">;

function outcomeOfMissing({ endpoint, call, becomes, answered, message }: MissingEndpoint): OutcomeWithout {
  const found = answered ?? "nothing";
  return outcomeWithout(endpoint, becomes, { expected: call, found, seen: message });
}

function outcomeOfWaived({ id, claim }: Check<never, never>, becomes: "skipped" | "broken"): OutcomeWithout {
  const seen = `this target does not claim that (contract.lacks: ${id})`;
  return outcomeWithout(id, becomes, { expected: claim, found: "a target that does not claim it", seen });
}

function outcomeWithout(
  lacks: string,
  becomes: "skipped" | "broken",
  broken: Omit<Broken, "verdict">,
): OutcomeWithout {
  if (becomes === "skipped") return { lacks, outcome: { verdict: "skipped", reason: broken.seen } };
  return { lacks, outcome: { verdict: "broken", ...broken } };
}

function since(start: number): number {
  return Math.round(performance.now() - start);
}
