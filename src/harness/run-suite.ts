import type { CheckRun, SharedEvidence } from "./attempt-undisturbed.ts";
import type { Broken, Check, Suite } from "./define-check.ts";
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

/** What there is of a suite before its turn, by {@link beginWaits}. */
export interface BegunSuite<Target> {
  readonly shared: SharedEvidence;
  readonly teardown: Teardown;
  /** Of the checks that are on their way. */
  readonly results: ReadonlyMap<Check<Target, never>, Promise<CheckResult>>;
  /** Cuts off what is still on its way; resolves once nothing is. */
  stop(): Promise<void>;
}

/** Begins those checks of a suite that mostly wait. It must be run by {@link runSuite}, or stopped. */
export function beginWaits<Target>(
  { checks }: Suite<Target>,
  open: OpenTarget<Target>,
  settings: RunSettings,
): BegunSuite<Target> {
  const stopped = new AbortController();
  const signal = AbortSignal.any([settings.signal, stopped.signal]);
  const [shared, teardown]: [SharedEvidence, Teardown] = [new Map(), createTeardown()];
  const run = { open, settings: { ...settings, signal }, shared, teardown };
  const waiting = checks.filter(({ isMostlyWaiting }) => isMostlyWaiting);
  const results = new Map(waiting.map((check) => [check, runCheck(check, run)]));
  const settled = Promise.allSettled(results.values());
  return {
    shared,
    teardown,
    results,
    async stop() {
      stopped.abort();
      await settled;
    },
  };
}

/**
 * Runs the checks of a suite one after the other, those last that have been begun, and undoes what they did, unless it
 * ends with the target. Never rejects for what it finds.
 */
export async function runSuite<Target>(
  suite: Suite<Target>,
  open: OpenTarget<Target>,
  settings: SuiteSettings,
  onEvent: (event: RunEvent) => void,
  begun?: BegunSuite<Target>,
): Promise<SuiteRun> {
  const { name, title, checks } = suite;
  const start = performance.now();
  const { shared = new Map(), teardown = createTeardown() } = begun ?? {};
  const found = new Map<Check<Target, never>, CheckResult>();
  onEvent({ type: "suite-started", suite: { name, title, checks: checks.length } });
  const isBegun = (check: Check<Target, never>): boolean => begun?.results.has(check) ?? false;
  for (const check of checks.toSorted((a, b) => Number(isBegun(a)) - Number(isBegun(b)))) {
    if (settings.signal.aborted || settings.hasEnough?.()) break;
    onEvent({ type: "check-started", id: check.id, claim: check.claim });
    const result = await (begun?.results.get(check) ?? runCheck(check, { open, settings, shared, teardown }));
    found.set(check, result);
    onEvent({ type: "check-ended", result });
  }
  await begun?.stop();
  const results = checks.flatMap((check) => found.get(check) ?? []);
  const left_behind = open.isDisposable ? [] : await teardown.run();
  const report = { name, title, duration_ms: since(start), counts: countOutcomes(results) };
  onEvent({ type: "suite-ended", suite: report });
  return { suite: report, results, left_behind };
}

async function runCheck<Target>(check: Check<Target, never>, run: CheckRun<Target>): Promise<CheckResult> {
  const start = performance.now();
  const finish: Finish = (attempts, { outcome, lacks, commands, evidence }) => ({
    id: check.id,
    claim: check.claim,
    why: check.why,
    look_at: check.lookAt,
    duration_ms: since(start),
    attempts,
    outcome,
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
