import type { EventLog } from "./event-log.ts";

/**
 * Calls `abandoned` when nobody has read the log for `graceMs` milliseconds: from now on where it has no
 * reader yet, else since its last reader left. Never once the log has ended.
 */
export function whenAbandoned(log: EventLog, graceMs: number, abandoned: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  log.watchReaders((count) => {
    clearTimeout(timer);
    if (count > 0 || log.ended) return;
    timer = setTimeout(() => {
      if (!log.ended) abandoned();
    }, graceMs);
    // A reader that may come back must not keep the process alive.
    timer.unref();
  });
}
