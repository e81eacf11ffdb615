import { inForeignWords } from "../checks/foreign-words.ts";
import { everySuite, suites } from "../checks/suites.ts";
import { didYouMean } from "../config/closest-name.ts";
import { UserError } from "../errors/user-error.ts";
import type { Fault } from "../faults/fault.ts";
import type { Check, Suite } from "../harness/define-check.ts";
import { groupBySuite } from "../harness/group-by-suite.ts";
import { mergeReports } from "../harness/merge-reports.ts";
import type { RunEvent, RunReport } from "../harness/run-report.ts";
import { newSeed } from "../harness/run-seed.ts";
import type { OpenTarget } from "../harness/run-settings.ts";
import { runSuites } from "../harness/run-suites.ts";
import { type Selection, selectChecks } from "../harness/select-checks.ts";
import { commandsAt } from "../targets/curl-commands.ts";
import { openTarget, type Target, type TargetUrls } from "../targets/open-target.ts";
import type { RunJournal } from "../targets/run-journal.ts";
import { type InProcessOptions, type Run, verifyInProcess } from "./verify-in-process.ts";
import { type LoadTestOptions, loadSuite, timeOfLoad, withLoad } from "./verify-load.ts";

export interface VerifyOptions extends Selection {
  /** Names of suites, such as `model-conversation`; without it, all of them. */
  suite?: string | readonly string[] | undefined;
  /** Checks of your own (`defineCheck`). Without `suite` they alone are run. */
  checks?: readonly Check<Target, never>[] | undefined;
  /** A stack's URLs; or `in-process` for fresh ones of our own that end with the run. */
  target: TargetUrls | "in-process";
  /** What the target is called in the report, beside its URLs. */
  describeTarget?: string | undefined;
  /** Told of what the run makes on a target that has URLs, so that it can be found where the run is killed. */
  journal?: RunJournal | undefined;
  /** See {@link InProcessOptions.postgresql}; in-process only. */
  postgresql?: string | undefined;
  /** A deliberate bug to switch on, by its name or as `defineFault` makes one; in-process only. */
  fault?: string | Fault | undefined;
  /** Longest time for one check, in milliseconds. */
  deadlineMs?: number | undefined;
  /** How often a check that did not hold is tried again; one that then holds is reported as flaky. */
  retries?: number | undefined;
  /** No further check is begun once this many did not hold; without it, all are run. */
  maxFailures?: number | undefined;
  /** How often everything is run, one time after the other; all of it is in the report. */
  repeat?: number | undefined;
  /** Drives this many users, in place of all suites but `sla`, whose claims are judged by what they see. */
  load?: LoadTestOptions | undefined;
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

/** A token each time this many milliseconds have passed, of a stack of our own whose users are driven: as a quick model writes. */
const PACE_UNDER_LOAD_MS = 20;

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

/**
 * The suites of these names; without a name all of them but the drill, which kills services. Throws a UserError that
 * lists what there is.
 */
export function findSuites(names: VerifyOptions["suite"]): readonly Suite<Target>[] {
  if (names === undefined) return suites;
  return [names].flat().map((name) => {
    const found = everySuite.find((suite) => suite.name === name);
    if (found !== undefined) return found;
    const names = everySuite.map((suite) => suite.name);
    throw new UserError("unknown_suite", `There is no suite "${name}".`, {
      hint: didYouMean(name, names) ?? `Suites: ${names.join(", ")}.`,
    });
  });
}

type SuiteOptions = Pick<VerifyOptions, "suite" | "checks" | "load" | "journal" | "onEvent"> &
  Partial<Pick<VerifyOptions, "target">>;

/** The suites that these options name, with checks of one's own among them; not yet chosen from. Throws a UserError. */
export function suitesOf({ suite, checks = [], ...options }: SuiteOptions): readonly Suite<Target>[] {
  const { load } = options;
  if (load !== undefined) return [loadSuite({ ...options, load })];
  if (checks.length === 0) return findSuites(suite);
  return groupBySuite(suite === undefined ? [] : findSuites(suite), checks);
}

async function verifyOnce(options: VerifyOptions, seed: string): Promise<VerifyReport> {
  const found = await verifySelected(options, seed);
  const report = options.load === undefined ? found : withLoad(found);
  return options.shard === undefined ? report : { ...report, shard: options.shard };
}

async function verifySelected(options: VerifyOptions, seed: string): Promise<VerifyReport> {
  const suites = selectChecks(suitesOf(options), options);
  const run = {
    suites,
    seed,
    maxFailures: options.maxFailures,
    deadlineMs: (options.deadlineMs ?? DEFAULT_DEADLINE_MS) + timeOfLoad(options.load),
    retries: options.retries ?? 0,
    signal: options.signal ?? new AbortController().signal,
    onEvent: options.onEvent ?? (() => undefined),
  };
  if (options.target === "in-process") {
    // Whoever drives users wants to see a model's pace, and not how fast a script can be read.
    const pace = options.load === undefined ? {} : { tokenDelayMs: PACE_UNDER_LOAD_MS };
    const stack = { ...pace, postgresql: options.postgresql };
    if (options.fault !== undefined) return await verifyWithFault(run, options.fault, stack);
    return (await verifyInProcess(run, [], stack)).report;
  }
  if (options.fault !== undefined) {
    throw new UserError("bad_flag", "A fault can be switched on only in a stack of our own.", {
      hint: "Add --in-process.",
    });
  }
  return await verifyAt(run, options.target, options);
}

async function verifyWithFault(
  run: Run,
  given: string | Fault,
  stack: InProcessOptions,
): Promise<VerifyReport> {
  const fault =
    typeof given === "string" ? (await import("../faults/find-fault.ts")).findFault(given) : given;
  const { name, caughtBy } = fault;
  const { report, applied } = await verifyInProcess(run, [fault], stack);
  return { ...report, fault: { name, caught_by: caughtBy, applied: applied[name] ?? 0 } };
}

/** One suite after the other: they share the stack, and its user's active conversation. */
async function verifyAt(
  run: Run,
  urls: TargetUrls,
  { describeTarget, journal }: Pick<VerifyOptions, "describeTarget" | "journal">,
): Promise<VerifyReport> {
  requireChecks(urls.contract);
  const target = await openTarget(urls, run.signal, journal);
  try {
    const where = `${placesIn(urls, target)}${contractIn(urls)}${rowsIn(target)}`;
    const open: OpenTarget<Target> = {
      target,
      capabilities: target.capabilities,
      reasonsMissing: target.reasonsMissing,
      whyNotObservable: target.whyNotObservable,
      waivedChecks: target.lacks,
      commandsOf: commandsAt({ given: urls }),
    };
    // Only of our own wire is it known that a silent reply takes nothing from another one.
    const isRoomy = (["speak the contract", "answer many at once"] as const).every((each) =>
      target.capabilities.has(each),
    );
    const isOurs = target.capabilities.has("speak the contract");
    return await runSuites({
      ...run,
      suites: isOurs ? run.suites : run.suites.map(inForeignWords),
      description: describeTarget === undefined ? where : `${describeTarget} (${where})`,
      parallel: 1,
      roomy: isRoomy ? open : undefined,
      withTarget: (_, use) => use(open),
    });
  } finally {
    await target.close();
  }
}

/** Of a stack of another wire only where its messages go, and an engine that answers: the rest is not talked to. */
function placesIn({ gateway, hmi, engine }: TargetUrls, target: Target): string {
  const isOurs = target.plainHttp === undefined;
  const isTalkedTo = (name: Target["front"]): boolean => isOurs || target.front === name;
  const isEngineNamed = isTalkedTo("engine") || target.engineAnswers;
  const places = [
    gateway === undefined || !isTalkedTo("gateway") ? [] : `gateway ${gateway}`,
    hmi === undefined || !isTalkedTo("hmi") ? [] : `hmi ${hmi}`,
    engine === undefined || !isEngineNamed ? [] : `${target.engineName} at ${engine}`,
  ];
  return places.flat().join(", ");
}

function contractIn({ contract }: TargetUrls): string {
  return contract === undefined || contract.driver === "ours" ? "" : `, by the driver ${contract.driver}`;
}

function rowsIn({ store }: Target): string {
  return store === undefined ? "" : `, with the rows of ${store.name}`;
}

/** A claim that is waived by a name that nothing has would be judged all the same. */
function requireChecks(contract: TargetUrls["contract"]): void {
  const known = new Set(everySuite.flatMap(({ checks }) => checks.map(({ id }) => id)));
  const unknown = Object.keys(contract?.lacks ?? {}).filter((name) => name.includes("/") && !known.has(name));
  if (unknown.length === 0) return;
  throw new UserError("config_invalid", `contract.lacks names no check by ${unknown.join(", ")}.`, {
    hint: "Run `stack verify --list` to see what there is.",
  });
}
