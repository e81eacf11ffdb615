/** How `verify` drives users: the suite `sla` with what a load run measures as its evidence. */
import { slaUnderLoad } from "../checks/sla/under-load.ts";
import { DRIVER_FILE } from "../contract/foreign-back-end.ts";
import { messageOf, withoutStop } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { CouldNotRun, type Suite } from "../harness/define-check.ts";
import type { LoadProgress, LoadReport } from "../harness/load-report.ts";
import { recordingSteps } from "../harness/record-steps.ts";
import type { RunEvent, RunReport } from "../harness/run-report.ts";
import { NotObservable } from "../harness/target-errors.ts";
import { type LoadSettings, planSteps } from "../load/load-plan.ts";
import { callersOf, type KnownPeople, namedCallers } from "../targets/drivers/caller-session.ts";
import type { Target, TargetUrls } from "../targets/open-target.ts";

/** Which users are driven. */
export interface LoadTestOptions extends LoadSettings {
  /** Whom the users take turns to be; left out: all are who talks to the target. */
  readonly people?: KnownPeople | undefined;
}

interface LoadSuiteOptions {
  readonly load: LoadTestOptions;
  /** Left out where nothing is driven. */
  readonly target?: TargetUrls | "in-process";
  readonly onEvent?: (event: RunEvent) => void;
}

/** Beside the steps: processes are started, a model is loaded, replies end, and all is deleted. In milliseconds. */
const BESIDE_MS = 60_000;

/** How long a load run may take beyond the time for a claim, in milliseconds; 0 of none. */
export function timeOfLoad(load: LoadSettings | undefined): number {
  return load === undefined ? 0 : load.minutes * 60_000 + BESIDE_MS;
}

/** The claims of `sla`, judged by what this many users see. Throws a UserError where the users cannot be driven so. */
export function loadSuite({ load, target, onEvent }: LoadSuiteOptions): Suite<Target> {
  // Before anything is started.
  planSteps(load);
  if (target !== undefined && target !== "in-process") requireDriverFile(target);
  return slaUnderLoad(load.users, async (context) => {
    const { measureLoad } = await import("../load/measure-load.ts");
    const { capabilities, urls, journal } = context.target;
    const given: TargetUrls = target === undefined || target === "in-process" ? urls : target;
    const people = namedCallers(load.people ?? {});
    const driving = {
      target: given,
      callers: people.length > 0 ? people : [callersOf(given).self],
      isStandIn: capabilities.has("direct the engine"),
      settings: load,
      runId: journal.runId,
      random: context.random,
      signal: context.signal,
      defer: context.defer,
      onProgress: (progress: LoadProgress) => onEvent?.({ type: "load-progress", progress }),
    };
    // What other processes do is shown again by no command but this one.
    const measured = await recordingSteps([], () => measureLoad(driving)).catch((error: unknown) => {
      if (error instanceof NotObservable) throw error;
      throw new CouldNotRun(`the users could not be driven: ${withoutStop(messageOf(error))}`);
    });
    onEvent?.({ type: "load-ended", load: measured });
    return measured;
  });
}

/** The suite that judges again what was measured then. */
export function savedLoadSuite({ users }: LoadReport): Suite<Target> {
  return slaUnderLoad(users, () => Promise.reject(new Error("What is saved is not driven again.")));
}

/** The report with what was measured, which is the evidence of its claims. */
export function withLoad<Report extends RunReport>(report: Report): Report {
  const evidence = report.results.map((result) => result.evidence).find(isLoadReport);
  return evidence === undefined ? report : { ...report, load: evidence };
}

function isLoadReport(evidence: unknown): evidence is LoadReport {
  return typeof evidence === "object" && evidence !== null && "knee" in evidence && "steps" in evidence;
}

/** Other processes drive the users: what is only an object here cannot be told to them. Throws a UserError. */
function requireDriverFile({ driver, contract }: TargetUrls): void {
  if (driver === undefined || DRIVER_FILE.test(contract?.driver ?? "")) return;
  throw new UserError("bad_flag", `The driver ${driver.name} is an object of this process only.`, {
    hint: "Users are driven from processes of their own: name the driver's file in contract.driver.",
  });
}
