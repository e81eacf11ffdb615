/** How the services of the stack that runs here are killed for `stack verify --drill`: by its supervisor's own records. */
import type { Config } from "../config/config-schema.ts";
import { ROLES } from "../config/service-config.ts";
import { UserError } from "../errors/user-error.ts";
import { knownSupervisor } from "../supervisor/client/known-supervisor.ts";
import { type LockedState, withCommandLock } from "../supervisor/client/lock-for-command.ts";
import { recordedEvents } from "../supervisor/client/service-history.ts";
import { crashRecordedService } from "../supervisor/client/stop-recorded-service.ts";
import { DEFAULT_RESTART, type RestartPolicy } from "../supervisor/service-spec.ts";
import { type StateFolder, stateFolder } from "../supervisor/state-folder.ts";
import { requireStateFolderAccess } from "../supervisor/state-folder-access.ts";
import type { ServiceReport } from "../supervisor/supervisor-protocol.ts";
import type { KeptServiceState, KillableService, ServiceKiller } from "../targets/service-killer.ts";
import { inspectionOf, inspectStack, type ServiceInspection } from "./inspect-stack.ts";

/**
 * A killer of what `stack up` runs here. Throws a UserError `drill_refused` where that is nothing, or where nobody would
 * start again what is killed.
 *
 * @param onProgress told what is done, as a sentence without a full stop
 */
export async function openSupervisedKiller(
  config: Config,
  env: NodeJS.ProcessEnv,
  onProgress: (text: string) => void = () => undefined,
): Promise<ServiceKiller> {
  const folder = stateFolder(config.state.dir);
  await requireStateFolderAccess(folder);
  const inspections = await inspectStack(config, env);
  requireSupervisor(folder, inspections);
  const policies = new Map<KillableService, RestartPolicy>();
  const spared: { [Service in KillableService]?: string } = {};
  for (const role of ROLES) {
    const inspection = inspectionOf(inspections, role);
    const obstacle = obstacleTo(inspection);
    if (obstacle !== undefined) spared[role] = obstacle;
    else policies.set(role, inspection?.spec.restart ?? DEFAULT_RESTART);
  }
  if (policies.size === 0) {
    const reasons = Object.entries(spared).map(([role, reason]) => `${role}: ${reason}`);
    throw refused(`Nothing of this stack can be killed: ${reasons.join("; ")}.`);
  }
  requireQuiet(inspections);
  return {
    services: new Set(policies.keys()),
    spared,
    async kill(service, signal) {
      const policy = policies.get(service);
      await withCommandLock(folder, (locked) => killRecorded(locked, service, policy), { signal });
      onProgress(`the ${service} is killed, and started again`);
    },
    look: async () =>
      Object.entries(knownSupervisor(folder).reports).map(([name, report]) => stateOf(name, report)),
  };
}

function requireSupervisor(folder: StateFolder, inspections: readonly ServiceInspection[]): void {
  const { record, isHeard } = knownSupervisor(folder);
  if (record !== undefined && isHeard) return;
  const runs = inspections.some(({ state, isExternal }) => state.state === "running" && !isExternal);
  if (!runs) {
    throw refused("No stack that could be drilled runs here: only what `stack up` runs is killed.", {
      hint: "Start it with `stack up`, or add --in-process for a fresh one in this process.",
    });
  }
  throw refused("Nobody watches the services that run here: what is killed would stay down.", {
    hint: "`stack up` starts the supervisor again.",
  });
}

/** Why a service is not killed; undefined where it can be. */
function obstacleTo(inspection: ServiceInspection | undefined): string | undefined {
  if (inspection === undefined) return "this stack has none";
  const { isExternal, state, spec } = inspection;
  if (isExternal) return "somebody else runs it";
  if (state.state !== "running" || !state.recorded) return "it does not run";
  if (state.record.adopted === true) return "somebody else started it";
  const { when } = spec.restart ?? DEFAULT_RESTART;
  return when === "no" ? "its restart policy is `no`, so it would stay down" : undefined;
}

/** Whoever is being answered would lose the reply. A service that does not tell how many it writes is taken for quiet. */
function requireQuiet(inspections: readonly ServiceInspection[]): void {
  const counts = inspections.flatMap(({ state }) => {
    const body = "probe" in state ? state.probe.body : undefined;
    return body === undefined ? [] : activeStreamsIn(body);
  });
  const active = Math.max(0, ...counts);
  if (active === 0) return;
  const what = active === 1 ? "A reply is" : `${active} replies are`;
  throw refused(`${what} being written on this stack, and would be lost.`, {
    hint: "Try again when nobody is being answered.",
  });
}

function activeStreamsIn(body: string): number[] {
  try {
    const { active_streams } = JSON.parse(body) ?? {};
    return typeof active_streams === "number" ? [active_streams] : [];
  } catch {
    return [];
  }
}

async function killRecorded(
  folder: LockedState,
  service: KillableService,
  policy: RestartPolicy | undefined,
): Promise<void> {
  if (policy === undefined) throw refused(`The ${service} of this stack cannot be killed.`);
  requireRoom(folder, service, policy);
  const isKilled = await crashRecordedService(folder, service, "by stack verify --drill");
  if (!isKilled) throw refused(`The ${service} does not run any more.`);
}

/** One restart too many, and the supervisor takes it for a crash loop and gives the service up. */
function requireRoom(folder: StateFolder, service: string, { limit, withinMs }: RestartPolicy): void {
  const since = Date.now() - withinMs;
  const restarts = recordedEvents(folder)
    .filter(({ event, service: name }) => event === "restarting" && name === service)
    .map(({ time }) => Date.parse(time))
    .filter((time) => time > since);
  // What was before it was last asked for does not count any more.
  const counted = Math.min(restarts.length, knownSupervisor(folder).reports[service]?.restarts ?? 0);
  if (counted < limit) return;
  const [oldest = since] = restarts.slice(-limit);
  const waitS = Math.ceil((oldest + withinMs - Date.now()) / 1000);
  const times = counted === 1 ? "once" : `${counted} times`;
  throw refused(
    `The ${service} was started again ${times} within ${withinMs / 1000} s: one more time, and it would be given up.`,
    { hint: `Try again in ${waitS} s.` },
  );
}

const STATES: Readonly<Record<ServiceReport["phase"], KeptServiceState["state"]>> = {
  ready: "up",
  done: "up",
  waiting: "coming",
  starting: "coming",
  unhealthy: "coming",
  backoff: "coming",
  failed: "down",
  stopped: "down",
};

function stateOf(name: string, { phase, restarts, problem }: ServiceReport): KeptServiceState {
  return { name, state: STATES[phase], restarts, problem: problem?.message ?? null };
}

function refused(message: string, options: { hint?: string } = {}): UserError {
  return new UserError("drill_refused", message, options);
}
