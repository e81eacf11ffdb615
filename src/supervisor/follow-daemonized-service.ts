import { isSameProcess, startOrder } from "../os/process-identity.ts";
import { everyone, membersOf } from "../os/process-members.ts";
import type { ProcessIdentity } from "../os/process-table.ts";
import { isSameRun, readRecord, writeRecord } from "./process-record.ts";
import { processFields } from "./record-fields.ts";
import { serviceMark } from "./service-mark.ts";
import type { ServiceRecord } from "./service-spec.ts";
import type { StateFolder } from "./state-folder.ts";
import { withLock } from "./state-lock.ts";

/**
 * Makes the oldest living process of a service its leader, where the recorded one has ended and left others behind,
 * as a program does that becomes a daemon by a double fork. Takes the lock.
 *
 * @returns the new record; undefined where there is nobody to follow, or where the service was stopped or started
 *   again meanwhile
 */
export async function followDaemonizedService(
  record: ServiceRecord,
  state: StateFolder,
): Promise<ServiceRecord | undefined> {
  return await amend(record, state, () => {
    if (isSameProcess(record)) return undefined;
    const [oldest] = survivorsOf(record, state);
    const { executable, ...lasting } = record;
    const first_start_time = record.first_start_time ?? record.start_time;
    return oldest && { ...lasting, ...processFields(oldest.pid, oldest), first_start_time };
  });
}

/**
 * Notes what a living leader has become: it may be another program by `exec` since its start, and may have given up
 * the rights of its starter. Takes the lock where there is something to note.
 *
 * @returns the record as it is now
 */
export async function noteChanges(record: ServiceRecord, state: StateFolder): Promise<ServiceRecord> {
  const changed = { ...record, ...processFields(record.pid) };
  const isOther = changed.owner !== record.owner || changed.executable !== record.executable;
  if (!isOther || !isSameRun(changed, record)) return record;
  return (await amend(record, state, () => changed)) ?? record;
}

/** Writes a record anew, unless it is by now that of another run. */
async function amend(
  record: ServiceRecord,
  state: StateFolder,
  change: () => ServiceRecord | undefined,
): Promise<ServiceRecord | undefined> {
  return await withLock(state, async () => {
    const reading = readRecord(state, record.name);
    if (reading.kind !== "record" || !isSameRun(reading.record, record)) return undefined;
    const changed = change();
    if (changed !== undefined) writeRecord(state, changed);
    return changed;
  });
}

/** Living processes of a service whose leader has ended, oldest first. */
function survivorsOf(record: ServiceRecord, state: StateFolder): ProcessIdentity[] {
  const look = () => everyone(membersOf(serviceMark(record.name, state, record), record));
  const found = look();
  // Twice: one look may miss a child that was forked, by a process that then ended, while it went on.
  return (found.length > 0 ? found : look()).sort(
    (a, b) => startOrder(a.startTime) - startOrder(b.startTime),
  );
}
