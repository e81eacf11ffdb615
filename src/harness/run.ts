import { messageOf } from "../errors.ts";
import { type Check, CouldNotRun, type Suite } from "./check.ts";
import { type CheckResult, countOutcomes, type Outcome, type RunEvent, type RunReport } from "./report.ts";
import { createTeardown, type Teardown } from "./teardown.ts";

export interface RunOptions<Target> {
  readonly suite: Suite<Target>;
  readonly target: Target;
  /** What the target is, in words. */
  readonly description: string;
  /** What the target offers, by the names that checks need. */
  readonly capabilities: ReadonlySet<string>;
  /** Longest time for one check, in milliseconds. */
  readonly deadlineMs: number;
  /** Ctrl-C: ends the check that runs; what was made is still undone. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

/** Runs the checks of a suite one after the other, and undoes what they did. Never rejects for what it finds. */
export async function runSuite<Target>(options: RunOptions<Target>): Promise<RunReport> {
  const { suite, description, onEvent } = options;
  const started = new Date();
  const start = performance.now();
  const shared = new Map<string, Promise<unknown>>();
  const teardown = createTeardown();
  const results: CheckResult[] = [];
  onEvent({ type: "run-started", suite: suite.name, target: description, checks: suite.checks.length });
  for (const check of suite.checks) {
    if (options.signal.aborted) break;
    onEvent({ type: "check-started", id: check.id, claim: check.claim });
    const result = await runCheck(check, options, shared, teardown);
    results.push(result);
    onEvent({ type: "check-ended", result });
  }
  const left_behind = await teardown.run();
  const report: RunReport = {
    suite: suite.name,
    target: description,
    started_at: started.toISOString(),
    duration_ms: Math.round(performance.now() - start),
    results,
    counts: countOutcomes(results),
    left_behind,
    interrupted: options.signal.aborted,
  };
  onEvent({ type: "run-ended", report });
  return report;
}

async function runCheck<Target>(
  check: Check<Target, never>,
  options: RunOptions<Target>,
  shared: Map<string, Promise<unknown>>,
  teardown: Teardown,
): Promise<CheckResult> {
  const start = performance.now();
  const finish = (outcome: Outcome, evidence?: unknown): CheckResult => ({
    id: check.id,
    claim: check.claim,
    why: check.why,
    look_at: check.lookAt,
    duration_ms: Math.round(performance.now() - start),
    outcome,
    ...(evidence === undefined ? {} : { evidence }),
  });
  const missing = check.needs.filter((need) => !options.capabilities.has(need));
  if (missing.length > 0) {
    return finish({ verdict: "skipped", reason: `this target cannot ${missing.join(" and ")}` });
  }
  const late = new CouldNotRun(`not finished after ${options.deadlineMs / 1000} s`);
  const deadline = new AbortController();
  // The reason goes with whatever it cuts off: shared evidence that is late is so for every check.
  const timer = setTimeout(() => deadline.abort(late), options.deadlineMs);
  try {
    const evidence = await check.collect({
      target: options.target,
      signal: AbortSignal.any([options.signal, deadline.signal]),
      share: async (name, collect) => {
        const known = shared.get(name) ?? collect();
        shared.set(name, known);
        // One name stands for one kind of evidence: the checks that share it define it together.
        return (await known) as Awaited<ReturnType<typeof collect>>;
      },
      defer: teardown.defer,
    });
    return finish(check.judge(evidence), evidence);
  } catch (error) {
    return finish(explain(deadline.signal.aborted ? late : error, options.signal));
  } finally {
    clearTimeout(timer);
  }
}

/** An exception in a check is never a verdict about the claim. */
function explain(error: unknown, signal: AbortSignal): Outcome {
  const reason = (text: string): Outcome => ({ verdict: "could-not-run", reason: text });
  if (signal.aborted) return reason("interrupted");
  if (error instanceof CouldNotRun) return reason(error.message);
  return reason(`the check itself failed: ${messageOf(error)}`);
}
