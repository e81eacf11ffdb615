import { ownUser } from "../files/user-names.ts";
import { ownPidNamespace } from "../os/pid-namespace.ts";
import { executableOf, identify, identifySelf, ownerOf } from "../os/process-identity.ts";
import type { ProcessDetails, ProcessIdentity } from "../os/process-table.ts";
import { DEFAULT_STOP_TIMEOUT_MS, type ServiceRecord, type ServiceSpec } from "./service-spec.ts";
import { type StateFolder, serviceFiles } from "./state-folder.ts";

/**
 * The parts of a record that come from the process.
 *
 * @param seen who it was when it was judged; by default who has the pid now, which only a parent can be sure of
 */
export function processFields(
  pid: number,
  seen: ProcessIdentity | undefined = identify(pid),
): Pick<ServiceRecord, "pid" | "start_time" | "boot_id" | "pid_namespace" | "owner" | "executable"> {
  const executable = executableOf(pid);
  const namespace = ownPidNamespace();
  return {
    pid,
    // A process that has ended already has no start time to be compared with, nor a user to be asked for.
    start_time: seen?.startTime ?? "ended",
    boot_id: identifySelf().bootId,
    ...(namespace === undefined ? {} : { pid_namespace: namespace }),
    owner: ownerOf(pid) ?? ownUser(),
    ...(executable === undefined ? {} : { executable }),
  };
}

/** The parts of a record that come from the spec. */
export function specFields({
  address,
  stopSignal,
  stopTimeoutMs,
  dependsOn = [],
  labels,
}: Omit<ServiceSpec, "name" | "command">): Pick<
  ServiceRecord,
  "host" | "port" | "stop" | "depends_on" | "labels"
> {
  const isUsual = stopSignal === undefined && stopTimeoutMs === undefined;
  const stop = { signal: stopSignal ?? "SIGTERM", timeout_ms: stopTimeoutMs ?? DEFAULT_STOP_TIMEOUT_MS };
  return {
    ...(address ? { host: address.host, port: address.port } : {}),
    ...(isUsual ? {} : { stop }),
    ...(dependsOn.length > 0 ? { depends_on: dependsOn } : {}),
    ...(labels ? { labels } : {}),
  };
}

/** The record of a process that was found, not started: what it was started with is told by its command line alone. */
export function recordOfFound(
  { name, command, ...spec }: ServiceSpec,
  state: StateFolder,
  found: ProcessDetails,
): ServiceRecord {
  const [file = "", ...args] = found.command;
  return {
    name,
    ...processFields(found.pid, found),
    command: { file, args },
    cwd: found.cwd ?? command.cwd,
    ...specFields(spec),
    log: serviceFiles(state, name).log,
    started_at: found.startedAt.toISOString(),
  };
}
