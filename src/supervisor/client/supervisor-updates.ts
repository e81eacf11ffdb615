import { setTimeout as delay } from "node:timers/promises";
import { readStates } from "../daemon/service-states-file.ts";
import type { StateFolder } from "../state-folder.ts";
import type { ServiceReports } from "../supervisor-protocol.ts";

/** What the supervisor says of its services at one moment. */
export interface SupervisorUpdate {
  readonly services: ServiceReports;
  /** Whether it is away for longer than another command needs to replace it. */
  readonly isLost: boolean;
}

/** How long a supervisor may be away, in milliseconds. */
const ABSENCE_MS = 3_000;

/** The supervisor's word, again and again, until the signal is aborted. */
export async function* supervisorUpdates(
  folder: StateFolder,
  { signal, everyMs }: { signal: AbortSignal; everyMs: number },
): AsyncGenerator<SupervisorUpdate, void, void> {
  let seenAt = performance.now();
  while (!signal.aborted) {
    const { states, isAlive } = readStates(folder);
    if (isAlive) seenAt = performance.now();
    yield { services: states?.services ?? {}, isLost: performance.now() - seenAt > ABSENCE_MS };
    await Promise.allSettled([delay(everyMs, undefined, { signal })]);
  }
}
