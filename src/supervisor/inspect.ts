import { describeProcess, everyone, type Fate, fateOf, membersOf } from "./os/identity.ts";
import { findListeners, type Listener, type SocketTable } from "./os/ports.ts";
import { type ProbeResult, probe } from "./probe.ts";
import { type RecordReading, readRecord } from "./record.ts";
import { type StateFolder, serviceFiles } from "./state.ts";
import { findStrangers } from "./strangers.ts";
import type { ProcessDetails, ProcessIdentity, ServiceRecord, ServiceSpec } from "./types.ts";

/** What there is of a service. */
export type ServiceState =
  /** Ours, and its leader is alive. */
  | {
      readonly state: "running";
      readonly record: ServiceRecord;
      /** False if the record was lost and has been rebuilt from the process; a starter may write it. */
      readonly recorded: boolean;
      /** It answers as it should, and nobody else listens on its address. */
      readonly healthy: boolean;
      readonly probe: ProbeResult;
      readonly strangers: readonly Listener[];
    }
  /** Nothing is there. */
  | {
      readonly state: "stopped";
      /** Why the record was not used, if there is a file that is none. */
      readonly unreadable?: string;
    }
  /** There is a record, but its process is gone; to be cleared by `stopService`. */
  | {
      readonly state: "stale";
      readonly record: ServiceRecord;
      readonly fate: Exclude<Fate, "alive">;
      /** Processes of the service that outlived its leader. */
      readonly survivors: readonly ProcessIdentity[];
    }
  /** Somebody else has the address. */
  | {
      readonly state: "foreign";
      readonly listeners: readonly Listener[];
      /** How the somebody answers the service's readiness probe. */
      readonly probe: ProbeResult;
      /** A stale record, if there is one too. */
      readonly record?: ServiceRecord;
    };

/** Looks at a service; `table` may serve several looks. Changes nothing, needs no lock and does not ask whether the state folder exists. */
export async function inspectService(
  spec: ServiceSpec,
  state: StateFolder,
  table?: SocketTable,
): Promise<ServiceState> {
  return decide(await look(spec, state, table));
}

/** What {@link decide} judges. */
export interface Sighting {
  readonly reading: RecordReading;
  /** Of the recorded process. */
  readonly fate: Fate | undefined;
  /** Living processes of the service; left empty where the recorded process is alive. */
  readonly members: readonly ProcessIdentity[];
  /** Rebuilt from the oldest member, where there is no record. */
  readonly rebuilt: ServiceRecord | undefined;
  /** Listeners on the service's address that are not its own. */
  readonly strangers: readonly Listener[];
  readonly probe: ProbeResult;
}

/** The judgement on a service by what was seen of it. */
export function decide(seen: Sighting): ServiceState {
  const { reading, fate, strangers, probe } = seen;
  const recorded = reading.kind === "record";
  if (recorded && fate === "alive") return running(reading.record, true, seen);
  if (!recorded && seen.rebuilt !== undefined) return running(seen.rebuilt, false, seen);
  if (strangers.length > 0)
    return { state: "foreign", listeners: strangers, probe, ...(recorded ? { record: reading.record } : {}) };
  if (recorded && fate !== undefined && fate !== "alive")
    return { state: "stale", record: reading.record, fate, survivors: seen.members };
  return { state: "stopped", ...(reading.kind === "unreadable" ? { unreadable: reading.reason } : {}) };
}

function running(record: ServiceRecord, recorded: boolean, { probe, strangers }: Sighting): ServiceState {
  return {
    state: "running",
    record,
    recorded,
    healthy: probe.ok && strangers.length === 0,
    probe,
    strangers,
  };
}

async function look(spec: ServiceSpec, state: StateFolder, table?: SocketTable): Promise<Sighting> {
  const mark = { service: spec.name, stateDir: state.root };
  const reading = readRecord(state, spec.name);
  const record = reading.kind === "record" ? reading.record : undefined;
  const fate = record && fateOf(record);
  const answer = probe(spec.address, spec.ready);
  if (record !== undefined && fate === "alive") {
    const strangers = await findStrangers(spec.address, record.pid, () => membersOf(mark, record), table);
    return { reading, fate, members: [], rebuilt: undefined, strangers, probe: await answer };
  }
  const members = everyone(membersOf(mark, record));
  const oldest = members[0] && describeProcess(members[0].pid);
  return {
    reading,
    fate,
    members,
    rebuilt: record === undefined && oldest ? rebuild(spec, state, oldest) : undefined,
    strangers: await strangersTo(members, spec, table),
    probe: await answer,
  };
}

/** Nobody vouches for a listener whose process cannot be seen, if the service's leader is gone. */
async function strangersTo(
  members: readonly ProcessIdentity[],
  { address }: ServiceSpec,
  table: SocketTable | undefined,
): Promise<Listener[]> {
  const ours = members.map(({ pid }) => pid);
  const listeners = await findListeners(address, ours, table);
  return listeners.filter(({ pid }) => pid === undefined || !ours.includes(pid));
}

function rebuild(spec: ServiceSpec, state: StateFolder, found: ProcessDetails): ServiceRecord {
  const [file = "", ...args] = found.command;
  return {
    name: spec.name,
    pid: found.pid,
    start_time: found.startTime,
    boot_id: found.bootId,
    command: { file, args },
    cwd: found.cwd ?? spec.command.cwd,
    host: spec.address.host,
    port: spec.address.port,
    log: serviceFiles(state, spec.name).log,
    started_at: found.startedAt.toISOString(),
    ...(spec.labels ? { labels: spec.labels } : {}),
  };
}
