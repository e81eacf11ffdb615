import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Config } from "../config/config-schema.ts";
import { isLoopback, urlOf } from "../contract/address.ts";
import { EXIT, UserError } from "../errors.ts";
import { pendingRequest, reportsOf } from "../supervisor/client/pending-request.ts";
import { readWanted, writeWanted } from "../supervisor/daemon/desired-state-file.ts";
import type { WaitingSupervisor } from "../supervisor/daemon/ensure-supervisor.ts";
import { discardEnvironment, writeEnvironment } from "../supervisor/daemon/request-environment.ts";
import { noteDeed } from "../supervisor/daemon/service-events.ts";
import { readStates } from "../supervisor/daemon/states-file.ts";
import type { Wanted } from "../supervisor/daemon/supervisor-state.ts";
import { inspectService, type ServiceState } from "../supervisor/inspect-service.ts";
import { resumeInterrupted } from "../supervisor/logs/resume-rotation.ts";
import { listRecords, writeRecord } from "../supervisor/process-record.ts";
import type { ServiceRecord } from "../supervisor/service-spec.ts";
import type { StateFolder } from "../supervisor/state-folder.ts";
import { stopService } from "../supervisor/stop-service.ts";
import { type Agreed, agreeToReplace, clearPorts, type PortChoices } from "./clear-ports.ts";
import { dependentsFirst } from "./dependents-first.ts";
import { finishedJobs } from "./finished-jobs.ts";
import { lookAtStack, type Sighting, sightingOf } from "./look-at-stack.ts";
import { oneReplicaAtATime, surplusReplicas } from "./plan-replicas.ts";
import { withDependencies } from "./plan-services.ts";
import { type Intent, intentFor, startsIt } from "./service-intent.ts";
import { StopProgress } from "./stop-progress.ts";
import { startSupervisorAhead, superviseStack } from "./supervisor-plan.ts";

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
  readonly sighting: Sighting;
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
}

/** Asks a person, if anybody's process is to be stopped: without the lock, because people take their time. */
export async function agree(options: AskOptions, folder: StateFolder): Promise<Agreed> {
  if ((options.replace ?? []).length === 0) return new Set();
  return await agreeToReplace(await lookAtStack(options.config, options.env), folder, options);
}

/** Tells the supervisor what is wanted. Only for the holder of the lock. */
export async function ask(options: AskOptions, folder: StateFolder, agreed: Agreed): Promise<AskedNow> {
  // Whose supervisor was killed while it rotated a log may still be stopped, and would look as if it hung.
  resumeInterrupted(folder);
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
  folder: StateFolder,
  agreed: Agreed,
  ahead: WaitingSupervisor | undefined,
): Promise<AskedNow> {
  const { config, env, names = [], restart = [] } = options;
  const all = await lookAtStack(config, env);
  const chosen = names.length === 0 ? new Set(all.map(({ name }) => name)) : withDependencies(all, names);
  const sightings = all.filter(({ name }) => chosen.has(name));
  requireRemoteEngine(sightings);
  const cleared = await clearPorts(sightings, folder, options, agreed);
  const wanted = readWanted(folder);
  const reports = reportsOf(folder);
  const finished = finishedJobs(folder, wanted.services);
  const wishedFor = await Promise.all(
    cleared.map(async (seen): Promise<Asked> => {
      const { name } = seen;
      const pending = pendingRequest(wanted.services[name]?.request, reports, name);
      const sighting = pending === undefined ? await lookAgain(seen, folder) : seen;
      const intent = intentFor(sighting, {
        isOnItsWay: pending !== undefined,
        mustRestart: restart.includes(name),
        isDone: finished(sighting.spec) !== undefined,
        isNamed: names.length === 0 || names.includes(name),
      });
      const wasThere = seen.state.state === "running";
      return { sighting, intent, request: requestFor(intent, pending), wasThere };
    }),
  );
  const { now: asked, later } = oneReplicaAtATime(wishedFor);
  await requireStore(config, asked);
  recordLost(asked, folder);
  for (const { sighting, intent } of asked)
    if (startsIt(intent)) writeEnvironment(folder, sighting.name, env);
  const surplus = surplusReplicas(sightings, all, { records: listRecords(folder), wanted: wanted.services });
  writeWanted(folder, wish(folder, without(wanted, surplus.names), asked));
  await stopForRestart(asked, folder, options);
  await stopSurplus(surplus.records, folder, options);
  await superviseStack(config, all, folder, ahead);
  return { asked, later };
}

/** So many looks, with a pause between them, before a service that runs counts as hanging. */
const LOOKS = 3;
const PAUSE_MS = 500;

/** On a busy machine one answer may be late: nobody's service is stopped for that. */
async function lookAgain(sighting: Sighting, folder: StateFolder): Promise<Sighting> {
  let { state } = sighting;
  for (let looks = 1; looks < LOOKS && isHanging(state); looks++) {
    await delay(PAUSE_MS);
    state = await inspectService(sighting.spec, folder);
  }
  return { ...sighting, state };
}

function isHanging(state: ServiceState): boolean {
  return state.state === "running" && !state.healthy && state.strangers.length === 0;
}

/** Dependents first. That all are wanted is said already: whoever dies here leaves it to the supervisor. */
async function stopForRestart(
  asked: readonly Asked[],
  folder: StateFolder,
  { hurry, onProgress }: AskOptions,
): Promise<void> {
  const restarted = asked.flatMap(({ sighting: { name, state, spec }, intent }) => {
    const record = "record" in state ? state.record : undefined;
    if (intent.action !== "restart" || record === undefined) return [];
    return [{ name, record, dependsOn: spec.dependsOn ?? [], reason: intent.reason }];
  });
  const progress = new StopProgress(restarted, onProgress);
  await dependentsFirst(restarted, async ({ name, record, reason }) => {
    progress.begin(name);
    await stopService(record, folder, { hurry }).finally(() => progress.end(name));
    const detail = `for a restart: ${reason}`;
    noteDeed(folder, { event: "stopped", service: name, pid: record.pid, detail });
  });
}

/** The configuration has fewer copies than run. */
async function stopSurplus(
  records: readonly ServiceRecord[],
  folder: StateFolder,
  { hurry, onProgress }: AskOptions,
): Promise<void> {
  const progress = new StopProgress(
    records.map((record) => ({ name: record.name, record })),
    onProgress,
  );
  for (const record of records) {
    const { name, pid } = record;
    progress.begin(name);
    await stopService(record, folder, { hurry }).finally(() => progress.end(name));
    discardEnvironment(folder, name);
    const detail = "by stack up: fewer copies are configured";
    noteDeed(folder, { event: "stopped", service: name, pid, detail });
  }
}

function without({ services }: Wanted, names: ReadonlySet<string>): Wanted {
  return { services: Object.fromEntries(Object.entries(services).filter(([name]) => !names.has(name))) };
}

function requestFor({ action }: Intent, pending: string | undefined): string | null {
  if (action === "leave") return null;
  return (action === "join" ? pending : undefined) ?? randomUUID();
}

/** What was wanted, and what is asked for now. What runs well keeps its request, so that nothing happens to it. */
function wish(folder: StateFolder, before: Wanted, asked: readonly Asked[]): Wanted {
  // Also of a supervisor that is gone: its answer holds where the request itself was lost.
  const answered = readStates(folder).states?.services ?? {};
  const added = asked
    .filter(({ sighting }) => !sighting.isExternal)
    .map(({ sighting: { name }, request }) => [
      name,
      { request: request ?? before.services[name]?.request ?? answered[name]?.request ?? randomUUID() },
    ]);
  return { services: { ...before.services, ...Object.fromEntries(added) } };
}

/** What is known by its mark alone is recorded again. */
function recordLost(asked: readonly Asked[], folder: StateFolder): void {
  for (const { sighting, intent } of asked) {
    const { state } = sighting;
    if (intent.action === "leave" && state.state === "running" && !state.recorded)
      writeRecord(folder, state.record);
  }
}

/** On this machine an engine can be started; elsewhere it must be there. */
function requireRemoteEngine(sightings: readonly Sighting[]): void {
  const engine = sightingOf(sightings, "engine");
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
    ({ sighting: { kind }, intent }) => kind === "embedded" && intent.action !== "leave",
  );
  if (!opensIt) return;
  // Loaded here, because a stack that runs already need not wait for it.
  const { requireDatabase } = await import("../services/conversations/require-database.ts");
  await requireDatabase(config.store);
}
