import type { Config } from "../config/config-schema.ts";
import { numberedReplica } from "../config/replicas.ts";
import { urlOf } from "../contract/address.ts";
import { describeProcess, isSameProcess } from "../os/process-identity.ts";
import { cpuShare, type ProcessUsage, processUsageOf, usageByGroup } from "../os/process-usage.ts";
import { finishedJobs, knownSupervisor } from "../supervisor/client/known-supervisor.ts";
import { processesOf, recordedServices } from "../supervisor/client/recorded-services.ts";
import type { ServiceRecord } from "../supervisor/service-spec.ts";
import { type StateFolder, stateFolder } from "../supervisor/state-folder.ts";
import { requireStateFolderAccess } from "../supervisor/state-folder-access.ts";
import { combineReplicaStatuses } from "./combine-replica-statuses.ts";
import { decideServiceStatus } from "./decide-service-status.ts";
import { exposureWarnings } from "./exposure-warnings.ts";
import { inspectStack, type ServiceInspection } from "./inspect-stack.ts";
import { isWorking } from "./is-service-working.ts";
import type { ServiceStatus, ServiceUsage } from "./service-status.ts";
import { statusByRecord } from "./status-by-records.ts";

export interface StackStatus {
  /** When it was looked, in ISO 8601, UTC. */
  readonly time: string;
  /** True where all services do their work. */
  readonly ok: boolean;
  /** Who watches the services; null where nobody does. */
  readonly supervisor: { readonly pid: number; readonly usage: ServiceUsage | null } | null;
  readonly services: readonly ServiceStatus[];
  /** Sentences about what other machines can reach without a token. */
  readonly warnings: readonly string[];
}

export interface StatusOptions {
  /** An earlier look, this many milliseconds ago: the CPU shares are of the time since then. */
  readonly before?: { readonly status: StackStatus; readonly agoMs: number };
  /** True where the configuration has mistakes: then all is told that the state folder knows, and it is not `ok`. */
  readonly isByRecords?: boolean;
}

/** The status of the whole stack: inspects it, and puts together what is shown. Changes nothing. */
export async function stackStatus(
  config: Config,
  env: NodeJS.ProcessEnv,
  { before, isByRecords = false }: StatusOptions = {},
): Promise<StackStatus> {
  const folder = stateFolder(config.state.dir);
  await requireStateFolderAccess(folder);
  const looking = inspectStack(config, env);
  // Here, because the services take their time to answer.
  const [now, groups] = [Date.now(), usageByGroup()];
  const inspections = await looking;
  const { record: supervisor, isHeard, reports } = knownSupervisor(folder);
  const usage = (record: ServiceRecord): ServiceUsage | null =>
    shareOf(usageOfService(record, folder, groups), record, before);
  const finished = finishedJobs(folder);
  const statusOfOne = (inspection: ServiceInspection): ServiceStatus => {
    const report = reports[inspection.name];
    const isKnown = isHeard || finished(inspection.spec) !== undefined;
    const { state } = inspection;
    return {
      name: inspection.name,
      ...decideServiceStatus(inspection, isKnown ? report : undefined),
      usage: state.state === "running" ? usage(state.record) : null,
      restarts: inspection.isExternal ? null : (report?.restarts ?? null),
      last_exit: report?.last_exit ?? null,
    };
  };
  const byService = Map.groupBy(inspections, ({ service }) => service);
  const services = [...byService].map(([name, copies]) =>
    combineReplicaStatuses(name, copies.map(statusOfOne)),
  );
  const planned = new Set(inspections.map(({ name }) => name));
  const records = recordedServices(folder);
  if (isByRecords) {
    const heard = isHeard ? reports : {};
    for (const name of new Set([...Object.keys(heard), ...records.map(({ name }) => name)])) {
      const record = records.find((each) => each.name === name);
      services.push(statusByRecord(name, record, heard[name], usage));
    }
  } else
    for (const record of records) {
      if (!planned.has(record.name) && isSameProcess(record))
        services.push(unconfigured(record, usage(record)));
    }
  return {
    time: new Date(now).toISOString(),
    ok: !isByRecords && areWorking(services),
    supervisor: supervisor === undefined ? null : { pid: supervisor.pid, usage: usage(supervisor) },
    services,
    warnings: exposureWarnings(
      config,
      inspections.filter(({ state }) => state.state === "running"),
    ),
  };
}

/** All that is shown of services, each copy by itself too. */
export function withReplicas(services: readonly ServiceStatus[]): ServiceStatus[] {
  return services.flatMap((service) => [service, ...(service.copies ?? [])]);
}

/** What of a look is about these services and copies, in the look's order. @param options with which it was looked */
export function statusOf(
  status: StackStatus,
  names: readonly string[],
  { isByRecords = false }: StatusOptions,
): StackStatus {
  const named = byName(status.services).filter(([name]) => names.includes(name));
  const services = named.map(([, service]) => service);
  return { ...status, services, ok: !isByRecords && areWorking(services) };
}

/** The names by which {@link statusOf} finds something. */
export function namesInStatus({ services }: StackStatus): string[] {
  return byName(services).map(([name]) => name);
}

/** Services by their names, and each copy by its number: `gateway-1` is the first, which else has the name of all. */
function byName(services: readonly ServiceStatus[]): (readonly [string, ServiceStatus])[] {
  return services.flatMap((service) => [
    [service.name, service] as const,
    ...(service.copies ?? []).map((copy, index) => [numberedReplica(service.name, index + 1), copy] as const),
  ]);
}

function areWorking(services: readonly ServiceStatus[]): boolean {
  return services.every(isWorking);
}

/** What was started by an earlier configuration, and runs on. */
function unconfigured(record: ServiceRecord, usage: ServiceUsage | null): ServiceStatus {
  const { name, host, port, pid, started_at, labels } = record;
  return {
    name,
    state: "unconfigured",
    kind: labels?.["kind"] ?? "command",
    url: host === undefined || port === undefined ? null : urlOf({ host, port }),
    pid,
    started_at,
    usage,
    restarts: null,
    last_exit: null,
    next_start_at: null,
    detail: `it runs, and is not configured any more: \`stack down ${name}\` stops it`,
  };
}

function usageOfService(
  record: ServiceRecord,
  folder: StateFolder,
  groups: ReadonlyMap<number, ProcessUsage>,
): ProcessUsage | undefined {
  if (record.adopted !== true) return groups.get(record.pid);
  // The group of an adopted one may hold processes that have nothing to do with it.
  return processUsageOf(processesOf(record, folder).map(({ pid }) => pid));
}

function shareOf(
  usage: ProcessUsage | undefined,
  { pid }: ServiceRecord,
  before: StatusOptions["before"],
): ServiceUsage | null {
  if (usage === undefined) return null;
  const seen = before && usageBefore(before.status, pid);
  const ms = before !== undefined && seen !== undefined ? before.agoMs : ageOf(pid);
  const share = cpuShare({ cpuMs: seen?.cpu_ms ?? 0 }, usage, ms);
  return {
    processes: usage.processes,
    cpu_ms: usage.cpuMs,
    cpu_share: Math.round(share * 10_000) / 10_000,
    memory_bytes: usage.rssBytes,
  };
}

/** By the kernel, which does not mind who sets the clock; in milliseconds. */
function ageOf(pid: number): number {
  const startedAt = describeProcess(pid)?.startedAt.getTime();
  return startedAt === undefined ? 0 : Date.now() - startedAt;
}

function usageBefore({ supervisor, services }: StackStatus, pid: number): ServiceUsage | undefined {
  return [supervisor, ...withReplicas(services)].find((each) => each?.pid === pid)?.usage ?? undefined;
}
