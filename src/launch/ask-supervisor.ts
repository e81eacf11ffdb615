import { setTimeout as delay } from "node:timers/promises";
import type { Config } from "../config/config-schema.ts";
import { isLoopback, urlOf } from "../contract/address.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import type { WaitingSupervisor } from "../supervisor/client/ensure-supervisor.ts";
import {
  finishedJobs,
  isWatchedBy,
  knownSupervisor,
  wantedServices,
} from "../supervisor/client/known-supervisor.ts";
import type { LockedState } from "../supervisor/client/lock-for-command.ts";
import { pendingRequests } from "../supervisor/client/pending-request.ts";
import { recordedServices } from "../supervisor/client/recorded-services.ts";
import { newRequest, requestServices } from "../supervisor/client/request-services.ts";
import { askRecordedServiceToEnd, stopRecordedService } from "../supervisor/client/stop-recorded-service.ts";
import { inspectService, type ServiceState } from "../supervisor/inspect-service.ts";
import { hasTimeToDrain, isEnding, type ServiceRecord } from "../supervisor/service-spec.ts";
import type { StateFolder } from "../supervisor/state-folder.ts";
import { dependentsFirst } from "./dependents-first.ts";
import { inspectionOf, inspectStack, type ServiceInspection } from "./inspect-stack.ts";
import { type Agreed, agreeToReplace, clearPorts, type PortChoices } from "./resolve-port-conflict.ts";
import { oneReplicaAtATime } from "./rolling-restart.ts";
import { type Intent, intentFor, startsIt } from "./service-intent.ts";
import { withDependencies } from "./start-order.ts";
import { StopProgress } from "./stop-progress.ts";
import { startSupervisorAhead, superviseStack } from "./supervise-stack.ts";
import { surplusReplicas } from "./surplus-replicas.ts";

export interface AskOptions extends PortChoices {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  /** Names of services, which must be configured; they and what they depend on. All where empty. */
  readonly names?: readonly string[];
  /** Stopped first even where they are well. */
  readonly restart?: readonly string[];
  /** Aborted when nobody wants to wait any longer: what is being stopped is killed. */
  readonly hurry?: AbortSignal;
  /** Told what is waited for. */
  readonly onProgress: (text: string) => void;
}

/** What is done about one service. */
export interface Asked {
  readonly inspection: ServiceInspection;
  readonly intent: Intent;
  /** What is to be waited for; null where it is well already. */
  readonly request: string | null;
  /** Whether it ran before this call: then it is not stopped where the call comes to nothing. */
  readonly wasThere: boolean;
}

/** What a call has asked for. */
export interface AskedNow {
  readonly asked: readonly Asked[];
  /** Copies that are restarted after these, one at a time, by calls of their own. */
  readonly later: readonly string[];
  /** Copies that are not configured any more, and have been asked to end: see `stopSurplus`. */
  readonly surplus: readonly ServiceRecord[];
}

/**
 * Asks a person for consent, where processes of others are to be stopped (`--replace`): without the lock, because people
 * take their time.
 */
export async function askConsentToReplace(options: AskOptions, folder: StateFolder): Promise<Agreed> {
  if ((options.replace ?? []).length === 0) return new Set();
  return await agreeToReplace(await inspectStack(options.config, options.env), folder, options);
}

/** Tells the supervisor what is wanted. */
export async function askSupervisor(
  options: AskOptions,
  folder: LockedState,
  agreed: Agreed,
): Promise<AskedNow> {
  // It loads for as long as it takes to find out what it is to do.
  const ahead = startSupervisorAhead(folder);
  try {
    return await askWith(options, folder, agreed, ahead);
  } catch (error) {
    ahead?.dismiss();
    throw error;
  }
}

async function askWith(
  options: AskOptions,
  folder: LockedState,
  agreed: Agreed,
  ahead: WaitingSupervisor | undefined,
): Promise<AskedNow> {
  const { config, env, names = [], restart = [] } = options;
  const all = await inspectStack(config, env);
  const chosen = names.length === 0 ? new Set(all.map(({ name }) => name)) : withDependencies(all, names);
  const inspections = all.filter(({ name }) => chosen.has(name));
  requireRemoteEngine(inspections);
  const cleared = await clearPorts(inspections, folder, options, agreed);
  const pendingOf = pendingRequests(folder);
  const finished = finishedJobs(folder);
  const wishedFor = await Promise.all(
    cleared.map(async (seen): Promise<Asked> => {
      const { name } = seen;
      const pending = pendingOf(name);
      const inspection = pending === undefined ? await lookAgain(seen, folder) : seen;
      const intent = intentFor(inspection, {
        isOnItsWay: pending !== undefined,
        mustRestart: restart.includes(name),
        isDone: finished(inspection.spec) !== undefined,
        isNamed: names.length === 0 || names.includes(name),
      });
      const wasThere = seen.state.state === "running";
      return { inspection, intent, request: requestFor(intent, pending), wasThere };
    }),
  );
  const { now: asked, later } = oneReplicaAtATime(wishedFor);
  await requireStore(config, asked);
  const [records, wanted] = [recordedServices(folder), wantedServices(folder)];
  const surplus = surplusReplicas(inspections, all, { records, wanted });
  requestServices(folder, {
    requests: requestsOf(asked),
    starting: asked.filter(({ intent }) => startsIt(intent)).map(({ inspection }) => inspection.name),
    env,
    dropped: surplus.names,
    unrecorded: unrecordedOf(asked),
  });
  for (const record of surplus.records) askRecordedServiceToEnd(folder, record);
  await stopForRestart(asked, folder, options);
  await superviseStack(config, all, folder, ahead);
  return { asked, later, surplus: surplus.records };
}

/** This many looks, with a pause between them, before a service that runs counts as hanging. */
const LOOKS = 3;
const PAUSE_MS = 500;

/** On a busy machine one answer may be late: nobody's service is stopped for that. */
async function lookAgain(inspection: ServiceInspection, folder: StateFolder): Promise<ServiceInspection> {
  let { state } = inspection;
  for (let looks = 1; looks < LOOKS && isHanging(state); looks++) {
    await delay(PAUSE_MS);
    state = await inspectService(inspection.spec, folder);
  }
  return { ...inspection, state };
}

function isHanging(state: ServiceState): boolean {
  return state.state === "running" && !state.healthy && state.strangers.length === 0;
}

/**
 * Dependents first. That all are wanted is said already: whoever dies here leaves it to the supervisor. Where one takes as long as
 * its replies do, all are left to it in any case, where it sees to them: nobody is to wait for the lock for that.
 */
async function stopForRestart(
  asked: readonly Asked[],
  folder: LockedState,
  { hurry, onProgress }: AskOptions,
): Promise<void> {
  const supervisor = knownSupervisor(folder);
  const restarted = asked.flatMap(({ inspection: { name, state, spec }, intent }) => {
    const record = "record" in state ? state.record : undefined;
    if (intent.action !== "restart" || record === undefined) return [];
    return [{ name, record, dependsOn: spec.dependsOn ?? [], reason: intent.reason }];
  });
  const progress = new StopProgress(restarted, onProgress);
  const isDrained = restarted.some(({ record }) => hasTimeToDrain(record));
  // Who sees to it from now on waits for what another command has asked to end.
  const isAsked = restarted.some(({ record }) => isEnding(record));
  if (isAsked || (isDrained && restarted.every(({ name }) => isWatchedBy(supervisor, name)))) {
    for (const { name } of restarted) progress.begin(name);
    return;
  }
  await dependentsFirst(restarted, async ({ name, record, reason }) => {
    progress.begin(name);
    const why = `for a restart: ${reason}`;
    await stopRecordedService(folder, record, { reason: why, hurry }).finally(() => progress.end(name));
  });
}

function requestFor({ action }: Intent, pending: string | undefined): string | null {
  if (action === "leave") return null;
  return (action === "join" ? pending : undefined) ?? newRequest();
}

/** What runs well keeps the request that it has, so that nothing happens to it. */
function requestsOf(asked: readonly Asked[]): ReadonlyMap<string, string | null> {
  const ours = asked.filter(({ inspection }) => !inspection.isExternal);
  return new Map(ours.map(({ inspection: { name }, request }) => [name, request]));
}

/** What is left as it is, and is known by its mark alone. */
function unrecordedOf(asked: readonly Asked[]): ServiceRecord[] {
  return asked.flatMap(({ inspection: { state }, intent }) =>
    intent.action === "leave" && state.state === "running" && !state.recorded ? [state.record] : [],
  );
}

/** On this machine an engine can be started; elsewhere it must be there. */
function requireRemoteEngine(inspections: readonly ServiceInspection[]): void {
  const engine = inspectionOf(inspections, "engine");
  const address = engine?.spec.address;
  if (engine?.isExternal || address === undefined || isLoopback(address.host)) return;
  throw new UserError("unreachable", `No engine answers at ${urlOf(address)}.`, {
    hint: "Nothing was started. Start the engine there, or set engine.url to an address of this machine.",
    exitCode: EXIT.failed,
  });
}

/** Our gateway and HMI both open the database: what is wrong with it is better told before anything starts. */
async function requireStore(config: Config, asked: readonly Asked[]): Promise<void> {
  const opensIt = asked.some(
    ({ inspection: { kind }, intent }) => kind === "embedded" && intent.action !== "leave",
  );
  if (!opensIt) return;
  // Loaded here, because a stack that runs already need not wait for it.
  const { requireDatabase } = await import("../services/conversations/require-database.ts");
  await requireDatabase(config.store);
}
