/** Services by what was recorded of them when they were started. Changes nothing. */
import { everyone, membersOf } from "../../os/process-members.ts";
import type { ProcessIdentity } from "../../os/process-table.ts";
import { findRemovedLog } from "../logs/move-removed-log.ts";
import { listRecords, readRecord } from "../process-record.ts";
import { serviceMark } from "../service-mark.ts";
import type { ServiceRecord } from "../service-spec.ts";
import { type StateFolder, SUPERVISOR } from "../state-folder.ts";

/** The records of all services that were started, and not stopped since. */
export function recordedServices(state: StateFolder): ServiceRecord[] {
  return listRecords(state).filter(({ name }) => name !== SUPERVISOR);
}

/** The record of one of them; undefined where there is none that can be read. */
export function recordedService(state: StateFolder, name: string): ServiceRecord | undefined {
  const reading = readRecord(state, name);
  return reading.kind === "record" ? reading.record : undefined;
}

/** The living processes of a recorded service, wherever they went. */
export function processesOf(record: ServiceRecord, state: StateFolder): readonly ProcessIdentity[] {
  return everyone(membersOf(serviceMark(record.name, state, record), record));
}

/** Whether somebody has removed the file that a running service logs to, and goes on writing to. */
export function isLogRemoved(record: ServiceRecord): boolean {
  return findRemovedLog(record) !== undefined;
}
