import { messageOf } from "../../errors/thrown-error.ts";
import { openLivenessSocket } from "../../os/liveness-socket.ts";
import { digestOfJson } from "../service-digest.ts";
import { SUPERVISOR, serviceFiles, stateFolder } from "../state-folder.ts";
import type { ServiceEvent, SupervisorPlan } from "../supervisor-protocol.ts";
import { ChangeNotifier } from "./change-notifier.ts";
import { DesiredState } from "./desired-state.ts";
import { EventWebhook } from "./event-webhook.ts";
import { fileVersionOf } from "./json-file.ts";
import { rotateLogs } from "./log-rotation-loop.ts";
import { rescueRemovedLogs } from "./removed-log-loop.ts";
import { ServiceRuns } from "./service-runs.ts";
import { ServiceStateStore } from "./service-state-store.ts";
import { readStates } from "./service-states-file.ts";
import { NOT_RECORDED, ownRecord, SoleSupervisor } from "./sole-supervisor.ts";
import { superviseService } from "./supervise-service.ts";
import { serveMetrics } from "./supervisor-metrics.ts";
import { TimeIndexUpdates } from "./update-time-indexes.ts";
import { watchForeign } from "./watch-foreign-service.ts";

/** How often is looked at what the OS does not tell of, in milliseconds: ends of processes that are no children. */
const LOOK_MS = 250;

/** The same where there is nothing of the kind: each look wakes a process that has nothing to do. */
const CALM_LOOK_MS = 1000;

/**
 * Supervises the services of a plan; resolves, with the reason, when there is nothing to be supervised any more, or
 * another supervisor has taken over. Services live on then. Only for a process that the state folder records as
 * its supervisor. Rejects with what nobody expected.
 */
export async function supervise(plan: SupervisorPlan): Promise<string> {
  const state = stateFolder(plan.stateDir);
  if (ownRecord(state) === undefined) return NOT_RECORDED;
  openLivenessSocket(state.run, SUPERVISOR);
  const changes = new ChangeNotifier();
  const over = Promise.withResolvers<string>();
  const before = readStates(state);
  if (before.problem !== undefined)
    say(`What the supervisor before this one knew is lost: ${before.problem}`);
  const names = [...plan.services, ...plan.watched].map(({ name }) => name);
  const states = new ServiceStateStore(state, changes, digestOfJson(plan), before.states, names);
  const desired = new DesiredState(state, changes);
  const runs = new ServiceRuns(changes);
  const webhook = plan.webhook === undefined ? undefined : new EventWebhook(plan.webhook, say);
  const onEvent = (event: ServiceEvent) => webhook?.send(event);
  const copyOf = new Map(plan.services.flatMap(({ name, copyOf }) => (copyOf ? [[name, copyOf]] : [])));
  const supervision = new SoleSupervisor({
    state,
    changes,
    states,
    desired,
    runs,
    copyOf,
    dependents: dependentsIn(plan),
    onEvent,
    end: over.resolve,
  });

  supervision.tell({ event: "supervising", service: null, pid: process.pid, detail: null });
  const recordFile = serviceFiles(state, SUPERVISOR).record;
  let version = "";
  const look = (): void => {
    desired.refresh();
    runs.look();
    const present = fileVersionOf(recordFile);
    if (present !== version && ownRecord(state) === undefined) over.resolve(NOT_RECORDED);
    version = present;
    nextLook = setTimeout(look, desired.isTold && runs.areTold ? CALM_LOOK_MS : LOOK_MS);
  };
  let nextLook = setTimeout(look, LOOK_MS);
  desired.watch();
  if (plan.metrics !== undefined)
    await serveMetrics(plan.metrics, states, state).catch((error) => say(messageOf(error)));
  const timekeeper = new TimeIndexUpdates(state, plan.services);
  try {
    return await Promise.race([
      over.promise,
      ...plan.services.map((spec) => superviseService(spec, supervision)),
      ...plan.watched.map((service) => watchForeign(service, supervision)),
      rotateLogs(plan.services, supervision),
      timekeeper.keep(),
      rescueRemovedLogs(plan.services, supervision),
      retireWhenIdle(plan, supervision),
    ]);
  } finally {
    timekeeper.look();
    clearTimeout(nextLook);
  }
}

/** By the name of a service, those that depend on it. */
function dependentsIn({ services }: SupervisorPlan): ReadonlyMap<string, readonly string[]> {
  const dependents = new Map<string, string[]>();
  for (const { name, dependsOn = [] } of services)
    for (const needed of dependsOn) dependents.set(needed, [...(dependents.get(needed) ?? []), name]);
  return dependents;
}

/** Never resolves. What runs though nobody wants it any more is watched to its end. */
async function retireWhenIdle({ services }: SupervisorPlan, supervision: SoleSupervisor): Promise<never> {
  const { states, desired, changes } = supervision.shared;
  const isIdle = () =>
    desired.isEmpty && services.every(({ name }) => states.isIn(name, "stopped", "failed"));
  for (;;) {
    await changes.until(isIdle);
    await supervision.retire();
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
