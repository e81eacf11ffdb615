import { isSameProcess } from "../../os/process-identity.ts";
import { membersOf } from "../../os/process-members.ts";
import { readRecord } from "../process-record.ts";
import { serviceMark } from "../service-mark.ts";
import { type ServiceRecord, stopTimeoutOf } from "../service-spec.ts";
import { askToEnd, endsWithin } from "../signal-then-kill.ts";
import type { SupervisedService } from "./supervised-service.ts";

/** A copy that was asked to end. */
export interface DrainedReplica {
  readonly record: ServiceRecord;
  /** False where it has not ended in the time that it has. */
  readonly hasEnded: boolean;
}

/**
 * Asks a copy of a service to end, and waits until it has, which may take as long as its replies do: without the lock, so that
 * other services are started and stopped meanwhile. Undefined where there is nothing to be asked, or the service has no copies.
 * Its record stays: whoever clears up after it has the lock.
 */
export async function drainReplica({
  spec,
  supervision,
}: SupervisedService): Promise<DrainedReplica | undefined> {
  if (spec.copyOf === undefined) return undefined;
  const record = await supervision.underLock(async (state) => {
    const reading = readRecord(state, spec.name);
    if (reading.kind !== "record" || !isSameProcess(reading.record)) return undefined;
    askToEnd(reading.record, membersOf(serviceMark(spec.name, state, reading.record), reading.record));
    return reading.record;
  });
  return record && { record, hasEnded: await endsWithin(stopTimeoutOf(record), record) };
}
