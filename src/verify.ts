import { suites as allSuites } from "./checks/suites.ts";
import { UserError } from "./errors.ts";
import { newSeed } from "./harness/chance.ts";
import type { Suite } from "./harness/check.ts";
import { mergeReports } from "./harness/compare.ts";
import type { OpenTarget } from "./harness/open-target.ts";
import type { RunEvent, RunReport } from "./harness/report.ts";
import type { SuiteRun } from "./harness/run.ts";
import { type RunAllOptions, runAll } from "./harness/run-all.ts";
import { type Selection, selectChecks } from "./harness/select.ts";
import { openTarget, type Target, type TargetSettings, type TargetUrls } from "./target/target.ts";

export interface VerifyOptions extends Selection {
  /** Names of suites, such as `model-conversation`; without it, all of them. */
  suite?: string | readonly string[] | undefined;
  /** A stack's URLs; or `in-process` for fresh ones of our own that end with the run. */
  target: TargetUrls | "in-process";
  /** What the target is called in the report, beside its URLs. */
  describeTarget?: string | undefined;
  /** A deliberate bug to switch on, by its name; in-process only. */
  fault?: string | undefined;
  /** Longest time for one check, in milliseconds. */
  deadlineMs?: number | undefined;
  /** How often a check that did not hold is tried again; one that then holds is reported as flaky. */
  retries?: number | undefined;
  /** How often everything is run, one time after the other; all of it is in the report. */
  repeat?: number | undefined;
  /** See `RunReport.seed`. */
  seed?: string | undefined;
  /** Ends the run early; what it made is still undone. */
  signal?: AbortSignal | undefined;
  onEvent?: (event: RunEvent) => void;
}

/** What a run found, and where a fault was on, how often it acted. */
export interface VerifyReport extends RunReport {
  readonly fault?: { readonly name: string; readonly caught_by: readonly string[]; readonly applied: number };
}

/** An engine that loads a large model for the first check may need minutes. */
const DEFAULT_DEADLINE_MS = 300_000;

/** Suites that wait for their streams leave room for others: so many run at a time, each on a stack of its own. */
const PARALLEL_SUITES = 4;

/** A stack of our own does not make anybody wait: what takes seconds elsewhere takes a moment here. */
const QUICK_STREAM = { heartbeat_ms: 150, orphan_grace_ms: 300, save_every_ms: 50 } as const;
const QUICK_SETTINGS: TargetSettings = {
  heartbeatMs: QUICK_STREAM.heartbeat_ms,
  orphanGraceMs: QUICK_STREAM.orphan_grace_ms,
};

/** Runs suites against a stack. Throws a UserError where there is no such suite, fault or stack. */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const seed = options.seed ?? newSeed();
  const first = await verifyOnce(options, seed);
  const more: VerifyReport[] = [];
  for (let round = 2; round <= (options.repeat ?? 1) && options.signal?.aborted !== true; round += 1) {
    // A canary of the round before must not be found again.
    more.push(await verifyOnce(options, `${seed}-${round}`));
  }
  return more.length === 0
    ? first
    : { ...mergeReports([first, ...more]), ...(first.fault && { fault: first.fault }) };
}

/** The suites of these names, all of them without a name. Throws a UserError that lists what there is. */
export function findSuites(names: VerifyOptions["suite"]): readonly Suite<Target>[] {
  if (names === undefined) return allSuites;
  return [names].flat().map((name) => {
    const found = allSuites.find((suite) => suite.name === name);
    if (found !== undefined) return found;
    throw new UserError("unknown_suite", `There is no suite "${name}".`, {
      hint: `Suites: ${allSuites.map((suite) => suite.name).join(", ")}.`,
    });
  });
}

async function verifyOnce(options: VerifyOptions, seed: string): Promise<VerifyReport> {
  const suites = selectChecks(findSuites(options.suite), options);
  const run = {
    suites,
    seed,
    deadlineMs: options.deadlineMs ?? DEFAULT_DEADLINE_MS,
    retries: options.retries ?? 0,
    signal: options.signal ?? new AbortController().signal,
    onEvent: options.onEvent ?? (() => undefined),
  };
  if (options.target === "in-process") return await verifyInProcess(run, options.fault);
  if (options.fault !== undefined) {
    throw new UserError("bad_flag", "A fault can be switched on only in a stack of our own.", {
      hint: "Add --in-process.",
    });
  }
  return await verifyAt(run, options.target, options.describeTarget);
}

type Run = Omit<RunAllOptions<Target>, "description" | "withTarget" | "parallel">;

/** Each suite on a stack of its own, so that they may run at once. */
async function verifyInProcess(run: Run, faultName: string | undefined): Promise<VerifyReport> {
  const [{ startStack }, { findFault }] = await Promise.all([
    import("./services/start.ts"),
    import("./faults/index.ts"),
  ]);
  const fault = faultName === undefined ? undefined : findFault(faultName);
  let applied = 0;
  const onApplied = (): void => {
    applied += 1;
  };
  const bug = fault === undefined ? "" : ` Switched on: ${fault.name}. ${fault.story}`;
  const report = await runAll({
    ...run,
    description: `a fresh stack in this process, with the engine stand-in.${bug}`,
    parallel: PARALLEL_SUITES,
    withTarget: async (_, use) => {
      const overrides = fault?.overrides(onApplied);
      const stack = await startStack({ stream: QUICK_STREAM, ...(overrides && { overrides }) });
      try {
        const urls = { ...stack, settings: QUICK_SETTINGS };
        // A stack that is broken on purpose need not be able to undo anything.
        const isDisposable = fault !== undefined;
        return await useTarget(urls, run.signal, (open) => use({ ...open, isDisposable }));
      } finally {
        await stack.close();
      }
    },
  });
  if (fault === undefined) return report;
  return { ...report, fault: { name: fault.name, caught_by: fault.caughtBy, applied } };
}

/** One suite after the other: they share the stack, and its user's active conversation. */
async function verifyAt(
  run: Run,
  urls: TargetUrls,
  describeTarget: string | undefined,
): Promise<VerifyReport> {
  requireChecks(urls.contract);
  const target = await openTarget(urls, run.signal);
  try {
    const where = `gateway ${urls.gateway}, hmi ${urls.hmi}, ${target.engineName} at ${urls.engine}${contractIn(urls)}${rowsIn(target)}`;
    return await runAll({
      ...run,
      description: describeTarget === undefined ? where : `${describeTarget} (${where})`,
      parallel: 1,
      withTarget: (_, use) => use({ target, capabilities: target.capabilities, lacks: target.lacks }),
    });
  } finally {
    await target.close();
  }
}

function contractIn({ contract }: TargetUrls): string {
  return contract === undefined || contract.profile === "ours" ? "" : `, by the contract ${contract.profile}`;
}

function rowsIn({ store }: Target): string {
  return store === undefined ? "" : `, with the rows of ${store.name}`;
}

/** A claim that is waived by a name that nothing has would be judged all the same. */
function requireChecks(contract: TargetUrls["contract"]): void {
  const known = new Set(allSuites.flatMap(({ checks }) => checks.map(({ id }) => id)));
  const unknown = Object.keys(contract?.lacks ?? {}).filter((name) => name.includes("/") && !known.has(name));
  if (unknown.length === 0) return;
  throw new UserError("config_invalid", `contract.lacks names no check by ${unknown.join(", ")}.`, {
    hint: "Run `stack verify --list` to see what there is.",
  });
}

async function useTarget(
  urls: TargetUrls,
  signal: AbortSignal,
  use: (open: OpenTarget<Target>) => Promise<SuiteRun>,
): Promise<SuiteRun> {
  const target = await openTarget(urls, signal);
  try {
    return await use({ target, capabilities: target.capabilities });
  } finally {
    await target.close();
  }
}
