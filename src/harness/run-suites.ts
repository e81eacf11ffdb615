import type { Check, Suite } from "./define-check.ts";
import { eventsInOrder } from "./events-in-order.ts";
import { countOutcomes, isFailure, type RunEvent, type RunReport } from "./run-report.ts";
import type { OpenTarget, RunSettings } from "./run-settings.ts";
import { openSuite, runSuite, type SuiteRun, type SuiteSettings } from "./run-suite.ts";

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

/**
 * Runs suites, and reports them in their order, whichever ends first; tells of them in their order, too, but of those
 * later that go on after others. Rejects where a target cannot be opened.
 */
export async function runSuites<Target>(options: RunSuitesOptions<Target>): Promise<RunReport> {
  const { suites, description, signal, seed, roomy } = options;
  const started = new Date();
  const start = performance.now();
  options.onEvent({ type: "run-started", target: description, suites: suites.map(planned) });
  let failures = 0;
  const hasEnough = (): boolean => failures >= (options.maxFailures ?? Number.POSITIVE_INFINITY);
  const onEvent = (event: RunEvent): void => {
    if (event.type === "check-ended" && isFailure(event.result)) failures += 1;
    options.onEvent(event);
  };
  const settings = { ...options, hasEnough };
  const runs =
    roomy === undefined
      ? await runEach({ ...options, onEvent }, settings)
      : await runBesideWaits({ suites, open: roomy, onEvent }, settings);
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

/** Runs each suite for itself, on the target that it is given. */
async function runEach<Target>(
  { suites, parallel, withTarget, onEvent }: RunSuitesOptions<Target>,
  settings: SuiteSettings,
): Promise<SuiteRun[]> {
  const events = eventsInOrder(suites.length, onEvent);
  return await mapLimited(suites, parallel, async (suite, index) => {
    const run = await withTarget(suite, (open) => runSuite(suite, open, settings, events.of(index)));
    events.end(index);
    return run;
  });
}

/**
 * Runs all suites on one target: first begins what mostly waits, runs beside it whatever is not disturbed by that, and when it
 * is over, what must be alone.
 */
async function runBesideWaits<Target>(
  {
    suites,
    open,
    onEvent,
  }: Pick<RunSuitesOptions<Target>, "suites" | "onEvent"> & { open: OpenTarget<Target> },
  settings: SuiteSettings,
): Promise<SuiteRun[]> {
  const isLater = ({ isAlone, checks }: Suite<Target>): boolean =>
    isAlone === true || checks.some((check) => check.isAlone || check.isMostlyWaiting);
  const told = [...suites.filter((suite) => !isLater(suite)), ...suites.filter(isLater)];
  const events = eventsInOrder(told.length, onEvent);
  const all = suites.map((suite) => {
    const place = told.indexOf(suite);
    const isAlone = (check: Check<Target, never>): boolean =>
      suite.isAlone === true || check.isAlone === true;
    const isWaiting = (check: Check<Target, never>): boolean =>
      check.isMostlyWaiting === true && !isAlone(check);
    const parts = openSuite(suite, open, settings, events.of(place));
    let ended: Promise<SuiteRun> | undefined;
    const end = (): Promise<SuiteRun> => {
      ended ??= parts.end().finally(() => events.end(place));
      return ended;
    };
    return { ...parts, isAlone, isWaiting, isLater: isLater(suite), end };
  });
  try {
    for (const { begin, isWaiting } of all) begin(isWaiting);
    for (const { run, isWaiting, isAlone, isLater: goesOn, end } of all) {
      await run((check) => !isWaiting(check) && !isAlone(check));
      if (!goesOn) await end();
    }
    for (const { run, isWaiting } of all) await run(isWaiting);
    for (const { run, end } of all) {
      await run(() => true);
      await end();
    }
  } finally {
    for (const { end } of all) await end();
  }
  return await Promise.all(all.map(({ end }) => end()));
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
