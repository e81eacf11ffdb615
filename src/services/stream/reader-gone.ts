import type { EventLog } from "./event-log.ts";

/**
 * Calls `onUnread` when the log has had no reader for `graceMs` milliseconds: from now on where it has had none yet, else
 * since its last reader disconnected. Never once the log has ended.
 */
export function whenReadersGone(log: EventLog, graceMs: number, onUnread: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  log.watchReaders((count) => {
    clearTimeout(timer);
    if (count > 0 || log.ended) return;
    timer = setTimeout(() => {
      if (!log.ended) onUnread();
    }, graceMs);
    // A reader that may come back must not keep the process alive.
    timer.unref();
  });
}
