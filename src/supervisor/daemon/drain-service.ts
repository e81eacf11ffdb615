import { isSameProcess } from "../../os/process-identity.ts";
import { readRecord } from "../process-record.ts";
import { hasTimeToDrain, type ServiceRecord } from "../service-spec.ts";
import { askServiceToEnd, untilServiceEnds } from "../stop-service.ts";
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
  shared,
  supervision,
}: SupervisedService): Promise<DrainedService | undefined> {
  const record = await supervision.underLock(async (state) => {
    const reading = readRecord(state, spec.name);
    if (reading.kind !== "record" || !hasTimeToDrain(reading.record)) return undefined;
    if (!isSameProcess(reading.record)) return undefined;
    askServiceToEnd(reading.record, state);
    return reading.record;
  });
  return record && { record, hasEnded: await untilServiceEnds(record, shared.state) };
}
