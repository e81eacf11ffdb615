import type { Suite } from "./define-check.ts";
import { eventsInOrder } from "./events-in-order.ts";
import { countOutcomes, isFailure, type RunEvent, type RunReport } from "./run-report.ts";
import type { OpenTarget, RunSettings } from "./run-settings.ts";
import { type BegunSuite, beginWaits, runSuite, type SuiteRun } from "./run-suite.ts";

export interface RunSuitesOptions<Target> extends RunSettings {
  readonly suites: readonly Suite<Target>[];
  /** What the target is, in words. */
  readonly description: string;
  /** Runs `use` with a target for one suite, and closes what it opened for it. */
  readonly withTarget: (
    suite: Suite<Target>,
    use: (open: OpenTarget<Target>) => Promise<SuiteRun>,
  ) => Promise<SuiteRun>;
  /** How many suites run at a time: more than one only where each has a target of its own. */
  readonly parallel: number;
  /** The one target of all suites, where it has room for checks that mostly wait beside others. */
  readonly roomy?: OpenTarget<Target> | undefined;
  readonly onEvent: (event: RunEvent) => void;
}

/** Runs suites, and reports them in their order, whichever ends first. Rejects where a target cannot be opened. */
export async function runSuites<Target>(options: RunSuitesOptions<Target>): Promise<RunReport> {
  const { suites, description, signal, seed, withTarget } = options;
  const started = new Date();
  const start = performance.now();
  const events = eventsInOrder(suites.length, options.onEvent);
  options.onEvent({ type: "run-started", target: description, suites: suites.map(planned) });
  let failures = 0;
  const hasEnough = (): boolean => failures >= (options.maxFailures ?? Number.POSITIVE_INFINITY);
  const begun = new Map<Suite<Target>, BegunSuite<Target>>();
  const runs = await mapLimited(suites, options.parallel, async (suite, index) => {
    if (options.roomy !== undefined) beginBeside(suites.slice(index), options.roomy, options, begun);
    const tell = events.of(index);
    const onEvent = (event: RunEvent): void => {
      if (event.type === "check-ended" && isFailure(event.result)) failures += 1;
      tell(event);
    };
    const settings = { ...options, hasEnough };
    const run = await withTarget(suite, (open) => runSuite(suite, open, settings, onEvent, begun.get(suite)));
    events.end(index);
    return run;
  });
  const results = runs.flatMap((run) => run.results);
  const report: RunReport = {
    report_version: 1,
    target: description,
    seed,
    started_at: started.toISOString(),
    duration_ms: Math.round(performance.now() - start),
    suites: runs.map(({ suite }) => suite),
    results,
    counts: countOutcomes(results),
    left_behind: runs.flatMap((run) => run.left_behind),
    interrupted: signal.aborted,
    ...(hasEnough() && { stopped_early: true }),
  };
  options.onEvent({ type: "run-ended", report });
  return report;
}

/** Begins what mostly waits of the suites that come next, up to one that must be alone; each once. */
function beginBeside<Target>(
  next: readonly Suite<Target>[],
  open: OpenTarget<Target>,
  settings: RunSettings,
  begun: Map<Suite<Target>, BegunSuite<Target>>,
): void {
  for (const suite of next) {
    if (suite.isAlone) return;
    if (!begun.has(suite)) begun.set(suite, beginWaits(suite, open, settings));
  }
}

function planned<Target>({ name, title, checks }: Suite<Target>) {
  return { name, title, checks: checks.length };
}

/** Maps with at most `limit` at a time, in order. The first rejection ends it; nothing new begins after that. */
async function mapLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  map: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  let failed = false;
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failed) return;
      try {
        results[index] = await map(item, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, work));
  for (const worker of workers) if (worker.status === "rejected") throw worker.reason;
  return results;
}
