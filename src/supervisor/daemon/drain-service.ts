import { isSameProcess } from "../../os/process-identity.ts";
import { membersOf } from "../../os/process-members.ts";
import { readRecord } from "../process-record.ts";
import { serviceMark } from "../service-mark.ts";
import { hasTimeToDrain, type ServiceRecord, stopTimeoutOf } from "../service-spec.ts";
import { askToEnd, endsWithin } from "../signal-then-kill.ts";
import type { SupervisedService } from "./supervised-service.ts";

/** A service that was asked to end. */
export interface DrainedService {
  readonly record: ServiceRecord;
  /** False where it has not ended in the time that it has. */
  readonly hasEnded: boolean;
}

/**
 * Asks a service to end, and waits until it has, which may take as long as its replies do: without the lock, so that
 * other services are started and stopped meanwhile. Undefined where there is nothing to be asked, or it ends at once anyway.
 * Its record stays: whoever clears up after it has the lock.
 */
export async function drainService({
  spec,
  supervision,
}: SupervisedService): Promise<DrainedService | undefined> {
  const record = await supervision.underLock(async (state) => {
    const reading = readRecord(state, spec.name);
    if (reading.kind !== "record" || !hasTimeToDrain(reading.record)) return undefined;
    if (!isSameProcess(reading.record)) return undefined;
    askToEnd(reading.record, membersOf(serviceMark(spec.name, state, reading.record), reading.record));
    return reading.record;
  });
  return record && { record, hasEnded: await endsWithin(stopTimeoutOf(record), record) };
}
