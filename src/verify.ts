import { suites } from "./checks/suites.ts";
import { UserError } from "./errors.ts";
import type { Suite } from "./harness/check.ts";
import type { RunEvent, RunReport } from "./harness/report.ts";
import { runSuite } from "./harness/run.ts";
import { openTarget, type Target, type TargetUrls } from "./target/target.ts";

export interface VerifyOptions {
  /** A suite's name, such as `model-conversation`. */
  suite: string;
  /** A stack's URLs; or `in-process` for a fresh one of our own that ends with the run. */
  target: TargetUrls | "in-process";
  /** What the target is called in the report, beside its URLs. */
  describeTarget?: string | undefined;
  /** A deliberate bug to switch on, by its name; in-process only. */
  fault?: string | undefined;
  /** Longest time for one check, in milliseconds. */
  deadlineMs?: number | undefined;
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

/** Runs a suite against a stack. Throws a UserError where there is no such suite, fault or stack. */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const suite = findSuite(options.suite);
  if (options.target === "in-process") return await verifyInProcess(suite, options);
  if (options.fault !== undefined) {
    throw new UserError("bad_flag", "A fault can be switched on only in a stack of our own.", {
      hint: "Add --in-process.",
    });
  }
  const { target, describeTarget } = options;
  const describe = (where: string): string =>
    describeTarget === undefined ? where : `${describeTarget} (${where})`;
  return await verifyAt(suite, target, options, describe);
}

/** The suite of that name. Throws a UserError that lists what there is. */
export function findSuite(name: string): Suite<Target> {
  const found = suites.find((suite) => suite.name === name);
  if (found !== undefined) return found;
  throw new UserError("unknown_suite", `There is no suite "${name}".`, {
    hint: `Suites: ${suites.map((suite) => suite.name).join(", ")}.`,
  });
}

async function verifyInProcess(suite: Suite<Target>, options: VerifyOptions): Promise<VerifyReport> {
  const [{ startStack }, { findFault }] = await Promise.all([
    import("./services/start.ts"),
    import("./faults/index.ts"),
  ]);
  const fault = options.fault === undefined ? undefined : findFault(options.fault);
  let applied = 0;
  const overrides = fault?.overrides(() => {
    applied += 1;
  });
  const stack = await startStack(overrides === undefined ? {} : { overrides });
  try {
    const bug = fault === undefined ? "" : ` Switched on: ${fault.name}. ${fault.story}`;
    const description = `a fresh stack in this process, with the engine stand-in.${bug}`;
    const report = await verifyAt(suite, stack, options, () => description);
    if (fault === undefined) return report;
    return { ...report, fault: { name: fault.name, caught_by: fault.caughtBy, applied } };
  } finally {
    await stack.close();
  }
}

async function verifyAt(
  suite: Suite<Target>,
  urls: TargetUrls,
  { deadlineMs = DEFAULT_DEADLINE_MS, signal = new AbortController().signal, onEvent }: VerifyOptions,
  describe: (where: string) => string,
): Promise<VerifyReport> {
  const target = await openTarget(urls, signal);
  try {
    return await runSuite({
      suite,
      target,
      description: describe(
        `gateway ${urls.gateway}, hmi ${urls.hmi}, ${target.engineName} at ${urls.engine}`,
      ),
      capabilities: target.capabilities,
      deadlineMs,
      signal,
      onEvent: onEvent ?? (() => undefined),
    });
  } finally {
    await target.close();
  }
}
