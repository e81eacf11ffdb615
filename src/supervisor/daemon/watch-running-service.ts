/** A service that runs: taken over, watched, and cleared up after. */
import { setTimeout as delay } from "node:timers/promises";
import { isSameProcess } from "../../os/process-identity.ts";
import { followDaemonizedService } from "../follow-daemonized-service.ts";
import { isRecorded, readRecord, writeRecord } from "../process-record.ts";
import type { ProbeResult } from "../run-probe.ts";
import type { ServiceRecord } from "../service-spec.ts";
import { stopService } from "../stop-service.ts";
import type { LastExit } from "../supervisor-protocol.ts";
import { afterExit, afterFailedStart } from "./after-failed-run.ts";
import { FlapDamping } from "./flap-damping.ts";
import type { Running } from "./keep-or-stop-running.ts";
import { watchLiveness } from "./liveness-answers.ts";
import { unhealthy } from "./service-problems.ts";
import { asLaunch, type ServiceRun, unknownExit } from "./service-runs.ts";
import type { SupervisedService } from "./supervised-service.ts";
import type { SupervisionStep } from "./supervision-step.ts";

/** Watches a service that runs without this supervisor's doing. */
export async function pickUpStep(service: SupervisedService, running: Running): Promise<SupervisionStep> {
  const { record, recorded, healthy } = running;
  const { runs, changes } = service.shared;
  if (!recorded) await service.supervision.underLock(() => recordAgain(service, record));
  service.tell(record.adopted === true ? "adopted" : "picked_up", record);
  const run = runs.other(record);
  if (healthy && !service.isJob && !awaitsItsLine(service, record)) {
    service.becameReady(null);
    return { to: "watch", run };
  }
  service.report({ phase: "starting" });
  return { to: "become_ready", launch: asLaunch(run, changes), started: null };
}

/** Whether a line of the log tells that it is ready, and the supervisor before this one still waited for that. */
function awaitsItsLine({ spec, shared }: SupervisedService, { log_size }: ServiceRecord): boolean {
  const before = shared.states.before[spec.name];
  if (spec.ready.kind !== "log" || log_size === undefined || before === undefined) return false;
  return before.phase !== "ready" && before.phase !== "unhealthy";
}

async function recordAgain({ shared }: SupervisedService, record: ServiceRecord): Promise<void> {
  if (readRecord(shared.state, record.name).kind !== "record") writeRecord(shared.state, record);
}

/** Until it ends, counts as ended, or is asked for anew. That nobody wants it any more does not end it. */
export async function watchStep(service: SupervisedService, run: ServiceRun): Promise<SupervisionStep> {
  const { spec, policy } = service;
  const { live } = spec;
  const { runs, changes } = service.shared;
  const over = new AbortController();
  const target = { ...spec, environment: service.environment };
  const damper = new FlapDamping(live?.everyMs ?? 0);
  const note = (answer: ProbeResult) => noteAnswer(service, answer, run, damper);
  const pulse = watchLiveness(target, live, note, over.signal);
  // With the restart policy `no`, stopping an unresponsive service would not bring it back.
  const isDead = () => live !== undefined && pulse.bad >= live.failures && policy.when !== "no";
  await changes.until(
    () => run.exit !== undefined || isDead() || service.isAskedAnew || service.mustStartAgain,
  );
  over.abort();
  runs.forget(run);

  const { exit, record } = run;
  if (exit !== undefined) return { to: "end", record, exit, event: "exited" };
  if (service.isAskedAnew) return { to: "begin", mustStop: true };
  const other = service.restartedOther;
  if (service.changedFile !== undefined) {
    service.tell("file_changed", record, service.changedFile);
    return { to: "start_again", reason: "because a file changed" };
  }
  if (other !== undefined) return { to: "start_again", reason: `because ${other} was started again` };
  const times = pulse.bad === 1 ? "once" : `${pulse.bad} times`;
  const reason = `no answer to its liveness probe ${times}: ${pulse.trouble}`;
  return { to: "end", record, exit: unknownExit(reason), event: "ended" };
}

function noteAnswer(
  service: SupervisedService,
  { ok, error = "", latencyMs }: ProbeResult,
  { record }: ServiceRun,
  damper: FlapDamping,
): void {
  const { states, changes } = service.shared;
  const { name } = service.spec;
  if (ok) states.noteLatency(name, latencyMs);
  const change = damper.note(ok, states.of(name).phase === "ready");
  changes.tell();
  if (change === undefined) return;
  if (change.became === "well") {
    service.tell("healthy", record, change.after);
    service.report({ phase: "ready", problem: null });
  } else {
    service.tell("unhealthy", record, error);
    service.report({ phase: "unhealthy", problem: unhealthy(name, error) });
  }
}

/**
 * After the end of a run: follows the daemon that it made of itself, or else clears what is left of it, and finds
 * out whether it was stopped or ended by itself.
 *
 * @param event what it is told as, where no command stopped it
 */
export async function endStep(
  service: SupervisedService,
  record: ServiceRecord,
  exit: LastExit,
  event: "exited" | "ended",
): Promise<SupervisionStep> {
  const { state, runs } = service.shared;
  try {
    const daemon = exit.code === 0 ? await followDaemonizedService(record, state) : undefined;
    if (daemon !== undefined) return { to: "watch", run: runs.other(daemon) };
    await untilClearedUp(service, record);
    return await service.supervision.underLock(async () => {
      // A command that stopped it has removed the record, before this got the lock, and has written down the event.
      const isOurs = isRecorded(state, record);
      if (isOurs) {
        await stopService(record, state);
        service.tell(event, record, exit.reason);
      }
      if (service.request === null) return { to: "stopped" };
      if (!isOurs || service.isAskedAnew) return { to: "begin", mustStop: false };
      return afterExit(service, exit);
    });
  } catch (error) {
    return afterFailedStart(service, error);
  }
}

/** How long a command that has withdrawn a service may take to clear up after its end, before it counts as dead; in milliseconds. */
const LONGEST_CLEARING_MS = 5_000;
const LOOK_AGAIN_MS = 50;

/**
 * What a command has withdrawn comes to its end without the lock, and is cleared up after by that command, which tells why. Waits for
 * that; and for nothing where it is wanted.
 */
async function untilClearedUp(service: SupervisedService, record: ServiceRecord): Promise<void> {
  const { state, desired } = service.shared;
  let ended: number | undefined;
  for (;;) {
    desired.refresh();
    if (service.request !== null || !isRecorded(state, record)) return;
    if (!isSameProcess(record)) ended ??= performance.now();
    if (ended !== undefined && performance.now() > ended + LONGEST_CLEARING_MS) return;
    await delay(LOOK_AGAIN_MS);
  }
}
