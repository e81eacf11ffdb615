/** From a request to a service that is ready, or a job that is done. */

import { inspectService } from "../inspect-service.ts";
import { type Launch, launchService } from "../launch-service.ts";
import { isRecorded, readRecord } from "../process-record.ts";
import { digestOf } from "../service-digest.ts";
import { hasTimeToDrain, type ServiceRecord } from "../service-spec.ts";
import type { LockedState } from "../state-lock.ts";
import { LAST_MOMENTS_MS } from "../stop-service.ts";
import { waitUntilJobDone } from "../wait-until-job-done.ts";
import { waitUntilReady } from "../wait-until-ready.ts";
import { afterFailedStart } from "./after-failed-run.ts";
import { drainService } from "./drain-service.ts";
import { isWell, keepOrStopRunning, type Running, type StopWish } from "./keep-or-stop-running.ts";
import { areReady, findObstacle, neededGroups } from "./ready-dependencies.ts";
import { unknownExit } from "./service-runs.ts";
import type { ReportChange } from "./service-state-store.ts";
import { areDependentsStopped } from "./stopped-dependents.ts";
import type { SupervisedService } from "./supervised-service.ts";
import type { SupervisionStep } from "./supervision-step.ts";

/** Starts from the beginning, for a new request. @param mustStop whether what runs is stopped even if it is well */
export async function beginStep(service: SupervisedService, mustStop: boolean): Promise<SupervisionStep> {
  service.restarts = [];
  service.wasReady = false;
  try {
    if (mustStop) await stopForStart(service, "for a new start");
  } catch (error) {
    service.report({ request: service.request });
    return afterFailedStart(service, error);
  }
  return await startStep(service, { restarts: 0, last_exit: null, ready_ms: null });
}

/** Stops it though it is well, and starts it again: that is no failure, and the policy does not count it. */
export async function startAgainStep(service: SupervisedService, reason: string): Promise<SupervisionStep> {
  try {
    await stopForStart(service, reason);
  } catch (error) {
    return afterFailedStart(service, error);
  }
  return await startStep(service, { ready_ms: null });
}

/**
 * Waits for all that it depends on, and launches it. What it is to replace is stopped by now: a supervisor that
 * goes on from here would take it for what was asked for.
 */
export async function startStep(service: SupervisedService, change: ReportChange): Promise<SupervisionStep> {
  const nothing = { next_start_at: null, start_due: null, problem: null };
  service.report({
    ...change,
    ...nothing,
    ...(service.isJob && { done_digest: null }),
    phase: "waiting",
    request: service.request,
  });
  await service.shared.changes.until(() => service.request === null || mayStart(service));
  if (await mustComeToItsEnd(service)) return { to: "start_again", reason: "for a new start" };
  try {
    return await service.supervision.underLock((locked) => launch(service, locked));
  } catch (error) {
    return afterFailedStart(service, error);
  }
}

/** Whether all that it depends on is ready; where one was given up, the report says so. */
function mayStart(service: SupervisedService): boolean {
  const { states, desired, copyOf } = service.shared;
  const { name, dependsOn = [] } = service.spec;
  const needed = neededGroups(dependsOn, copyOf);
  const problem = findObstacle(name, needed, states);
  if (problem?.message !== states.of(name).problem?.message) service.report({ problem });
  return areReady(needed, states, desired);
}

/** Whether what runs is not to be kept, and may take its time to end: nobody is to wait for the lock for that. */
async function mustComeToItsEnd({ spec, shared: { state } }: SupervisedService): Promise<boolean> {
  const reading = readRecord(state, spec.name);
  if (reading.kind !== "record" || !hasTimeToDrain(reading.record)) return false;
  const found = await inspectService(spec, state);
  return found.state === "running" && !isWell(found);
}

/** What is there already is picked up, or stopped: never is there a second one. */
async function launch(service: SupervisedService, state: LockedState): Promise<SupervisionStep> {
  const { request } = service;
  if (request === null) return { to: "stopped" };
  const present = await clearAway(service, { mustStop: false, reason: "for a new start" });
  if (present !== undefined) {
    service.report({ request });
    return { to: "pick_up", running: present };
  }
  service.noteLaunch();
  const started = performance.now();
  const launched = await launchService(service.spec, state, service.environment);
  service.tell("starting", launched.record);
  service.report({ phase: "starting", request });
  return { to: "become_ready", launch: launched, started };
}

/**
 * Stops what runs, for a new start, after those that depend on it and are restarted too. What takes its time to end has done so
 * before, where it could.
 */
async function stopForStart(service: SupervisedService, reason: string): Promise<void> {
  await service.shared.changes.until(() => areDependentsStopped(service));
  const drained = await drainService(service);
  await service.supervision.underLock(async () => {
    const { state } = service.shared;
    if (drained?.hasEnded && isRecorded(state, drained.record))
      service.tell("stopped", drained.record, reason);
    // It has had its time.
    const timeoutMs = drained && LAST_MOMENTS_MS;
    await clearAway(service, { mustStop: true, timeoutMs, reason });
  });
}

async function clearAway(
  service: SupervisedService,
  { reason, ...wish }: Omit<StopWish, "onStopped"> & { readonly reason: string },
): Promise<Running | undefined> {
  const onStopped = (record: ServiceRecord): void => service.tell("stopped", record, reason);
  return await keepOrStopRunning(service.spec, service.shared.state, { ...wish, onStopped });
}

/** Waits until it is ready; of a job, until it is done. @param started by `performance.now()`; null where that is not known */
export async function becomeReadyStep(
  service: SupervisedService,
  launch: Launch,
  started: number | null,
): Promise<SupervisionStep> {
  if (service.isJob) return await finish(service, launch, started);
  const { spec, shared } = service;
  let record: ServiceRecord;
  try {
    const asked = { ...spec, environment: service.environment };
    record = await waitUntilReady(asked, shared.state, launch);
  } catch (error) {
    return afterFailedStart(service, error);
  }
  const ready_ms = started === null ? null : Math.round(performance.now() - started);
  if (started !== null) shared.states.noteStart(spec.name);
  service.tell("ready", record, ready_ms === null ? null : `after ${ready_ms} ms`);
  service.becameReady(ready_ms);
  return { to: "watch", run: shared.runs.launched(launch, record) };
}

/** The same of a job: others may start once it is done. */
async function finish(
  service: SupervisedService,
  launch: Launch,
  started: number | null,
): Promise<SupervisionStep> {
  const { spec, shared } = service;
  let code: number | null;
  try {
    code = await waitUntilJobDone(spec, shared.state, launch);
  } catch (error) {
    return afterFailedStart(service, error);
  }
  // A job that a command stopped may end well too, and is not done.
  shared.desired.refresh();
  if (service.request === null) return { to: "stopped" };
  // Nobody has seen whether it ended well: it is run again.
  if (service.isAskedAnew || code === null) return { to: "begin", mustStop: false };
  const ready_ms = started === null ? null : Math.round(performance.now() - started);
  service.tell("done", launch.record, ready_ms === null ? null : `after ${ready_ms} ms`);
  const last_exit = { ...unknownExit("it exited with code 0"), code };
  const done_digest = digestOf(spec);
  shared.states.noteStart(spec.name);
  service.report({
    phase: "done",
    request: service.request,
    ready_ms,
    problem: null,
    last_exit,
    done_digest,
  });
  return { to: "idle" };
}
