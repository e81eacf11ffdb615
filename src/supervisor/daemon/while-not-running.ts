/** A service that does not run at present: how it is gone on with, and what it waits for. */
import { inspectService } from "../inspect-service.ts";
import { msUntilStart, scheduledStartIn } from "../scheduled-start.ts";
import { hasBeenReady, LIVING, resumptionOf } from "./resume-service.ts";
import { UNSEEN, unknownExit } from "./service-runs.ts";
import type { SupervisedService } from "./supervised-service.ts";
import type { SupervisionStep } from "./supervision-step.ts";

/** Goes on where the supervisor before this one was. */
export async function goOnStep(service: SupervisedService): Promise<SupervisionStep> {
  const { spec, policy } = service;
  const { states, state } = service.shared;
  const before = states.before[spec.name];
  const found = await inspectService(spec, state);
  const resumption = resumptionOf(before, service.request, found);
  if (resumption === "start" || resumption === "replace")
    return { to: "begin", mustStop: resumption === "replace" };
  service.wasReady = before !== undefined && hasBeenReady(before);
  if (found.state === "running") return { to: "pick_up", running: found };
  if (resumption === "ended" && found.state === "stale")
    return { to: "end", record: found.record, exit: unknownExit(UNSEEN), event: "exited" };
  if (resumption === "pause") return { to: "pause", ms: msUntilStart(before, policy.maxBackoffMs) };
  const isOver = before?.phase === "failed" || (before?.phase === "done" && service.request !== null);
  service.report({
    phase: isOver ? before.phase : "stopped",
    next_start_at: null,
    start_due: null,
  });
  return { to: "idle" };
}

/** Waits until somebody asks for the service anew; a job that is done is so only for as long as it is wanted. */
export async function idleStep(service: SupervisedService): Promise<SupervisionStep> {
  const { phase } = service.shared.states.of(service.spec.name);
  const isDone = phase === "done";
  // Of one that ended for want of what has changed now; what nobody wants, or ended as it should, stays so.
  const isMended = () => (phase === "failed" || isDone) && service.changedFile !== undefined;
  await service.shared.changes.until(
    () =>
      service.isAskedAnew || (isDone && service.request === null) || (service.request !== null && isMended()),
  );
  if (service.request === null) return { to: "stopped" };
  if (!service.isAskedAnew) service.tell("file_changed", null, service.changedFile);
  return { to: "begin", mustStop: false };
}

/** Waits until its next start is due. */
export async function pauseStep(service: SupervisedService, ms: number): Promise<SupervisionStep> {
  const { changes, states } = service.shared;
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    changes.tell();
  }, ms);
  service.report({ phase: "backoff", ...scheduledStartIn(ms), problem: null });
  await changes.until(
    () => isOver || service.request === null || service.isAskedAnew || service.changedFile !== undefined,
  );
  clearTimeout(timer);
  if (service.request === null) return { to: "stopped" };
  if (service.isAskedAnew) return { to: "begin", mustStop: false };
  service.restarts.push(performance.now());
  return { to: "start", change: { restarts: states.of(service.spec.name).restarts + 1 } };
}

/** Nobody wants it any more, and it does not run. */
export function stoppedStep(service: SupervisedService): SupervisionStep {
  const { name } = service.spec;
  if (LIVING.has(service.shared.states.of(name).phase))
    service.supervision.passOn({ event: "stopped", service: name, pid: null, detail: null });
  service.report({ phase: "stopped", next_start_at: null, start_due: null, problem: null });
  return { to: "idle" };
}
