import { setTimeout as delay } from "node:timers/promises";
import { isSame } from "./os/identity.ts";
import type { ServiceRecord } from "./types.ts";

/** How to watch. */
export interface WatchOptions {
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** Called once for each service whose process has gone, about 150 ms after at the latest. */
  readonly onExit: (record: ServiceRecord) => void;
}

/** Services need not be children of the watcher, so the OS sends no event: their identity is looked up. */
const POLL_MS = 150;

/** Watches running services; resolves when the signal is aborted or none of them is left. */
export async function watchServices(
  records: readonly ServiceRecord[],
  { signal, onExit }: WatchOptions,
): Promise<void> {
  let watched = records;
  while (watched.length > 0 && !signal.aborted) {
    const gone = watched.filter((record) => !isSame(record));
    watched = watched.filter((record) => !gone.includes(record));
    for (const record of gone) onExit(record);
    if (watched.length > 0) await Promise.allSettled([delay(POLL_MS, undefined, { signal })]);
  }
}
