import { findListeners, type Listener, type SocketTable } from "../os/listening-ports.ts";
import { describeProcess, type Fate, fateOf } from "../os/process-identity.ts";
import { everyone, type Members, membersOf } from "../os/process-members.ts";
import type { ProcessIdentity } from "../os/process-table.ts";
import { requireProcessTable } from "../os/this-process-table.ts";
import { findForeignListeners } from "./find-foreign-listeners.ts";
import { type RecordReading, readRecord } from "./process-record.ts";
import { recordOfFound } from "./record-fields.ts";
import { type ProbeResult, probe, questionNow } from "./run-probe.ts";
import { digestOf } from "./service-digest.ts";
import { serviceMark } from "./service-mark.ts";
import type { ServiceRecord, ServiceSpec } from "./service-spec.ts";
import type { StateFolder } from "./state-folder.ts";

/** What there is of a service. */
export type ServiceState =
  /** Ours, and its leader is alive. */
  | {
      readonly state: "running";
      readonly record: ServiceRecord;
      /** False if the record was lost and has been rebuilt from the process; a starter may write it. */
      readonly recorded: boolean;
      /** It was started with another command, environment, address or stop than the spec has now. */
      readonly changed: boolean;
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

/**
 * Looks at a service; `table` may serve several looks. Changes nothing, needs no lock and does not ask whether the state
 * folder exists.
 *
 * @throws UserError `processes_hidden`
 */
export async function inspectService(
  spec: ServiceSpec,
  state: StateFolder,
  table?: SocketTable,
): Promise<ServiceState> {
  requireProcessTable();
  return judgeService(await look(spec, state, table));
}

/** What {@link judgeService} judges. */
export interface ServiceFacts {
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
  /** Of the spec as it is now. */
  readonly digest: string;
}

/** The judgement on a service by what was seen of it. */
export function judgeService(seen: ServiceFacts): ServiceState {
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

function running(
  record: ServiceRecord,
  recorded: boolean,
  { probe, strangers, digest }: ServiceFacts,
): ServiceState {
  return {
    state: "running",
    record,
    recorded,
    changed: record.config_digest !== undefined && record.config_digest !== digest,
    healthy: probe.ok && strangers.length === 0,
    probe,
    strangers,
  };
}

async function look(spec: ServiceSpec, state: StateFolder, table?: SocketTable): Promise<ServiceFacts> {
  const reading = readRecord(state, spec.name);
  const record = reading.kind === "record" ? reading.record : undefined;
  const mark = serviceMark(spec.name, state, record);
  const fate = record && fateOf(record);
  const question = questionNow(spec);
  const answer = question ? probe(spec, question) : undefined;
  const digest = digestOf(spec);
  if (record !== undefined && fate === "alive") {
    const strangers = await strangersBeside(record, spec, () => membersOf(mark, record), table);
    return {
      reading,
      fate,
      members: [],
      rebuilt: undefined,
      strangers,
      probe: (await answer) ?? ALIVE,
      digest,
    };
  }
  const members = everyone(membersOf(mark, record));
  const oldest = members[0] && describeProcess(members[0].pid);
  const rebuilt = record === undefined && oldest ? recordOfFound(spec, state, oldest) : undefined;
  return {
    reading,
    fate,
    members,
    rebuilt,
    strangers: await strangersTo(members, spec, table),
    probe: (await answer) ?? (rebuilt === undefined ? NOT_ALIVE : ALIVE),
    digest,
  };
}

/** The answers where there is no question to be put. */
const ALIVE: ProbeResult = { ok: true, latencyMs: 0 };
const NOT_ALIVE: ProbeResult = { ok: false, error: "only its log tells when it is ready", latencyMs: 0 };

async function strangersBeside(
  { pid }: ServiceRecord,
  { address }: ServiceSpec,
  members: () => Members,
  table: SocketTable | undefined,
): Promise<Listener[]> {
  return address === undefined ? [] : await findForeignListeners(address, pid, members, table);
}

/** Nobody vouches for a listener whose process cannot be seen, if the service's leader is gone. */
async function strangersTo(
  members: readonly ProcessIdentity[],
  { address }: ServiceSpec,
  table: SocketTable | undefined,
): Promise<Listener[]> {
  if (address === undefined) return [];
  const ours = members.map(({ pid }) => pid);
  const listeners = await findListeners(address, ours, table);
  return listeners.filter(({ pid }) => pid === undefined || !ours.includes(pid));
}
