import type { StreamSettings } from "../../config/config-schema.ts";
import type { EventLog } from "./event-log.ts";

type FinishedLogsSettings = Pick<StreamSettings, "keep_finished_ms" | "keep_finished_bytes">;

/** Decides how long finished logs are kept for late readers: by time, and by the memory that all of them take. */
export class FinishedLogs {
  readonly #settings: FinishedLogsSettings;
  /** The oldest first. */
  readonly #kept = new Map<EventLog, Kept>();
  #bytes = 0;

  constructor(settings: FinishedLogsSettings) {
    this.#settings = settings;
  }

  /** Takes a log that has ended; `forget` is called once, when it is kept no longer. */
  keep(log: EventLog, forget: () => void): void {
    // What is merely kept must not keep the process alive.
    const timer = setTimeout(() => this.#drop(log), this.#settings.keep_finished_ms).unref();
    const { bytes } = log;
    this.#kept.set(log, { bytes, timer, forget });
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#settings.keep_finished_bytes) break;
      this.#drop(oldest);
    }
  }

  #drop(log: EventLog): void {
    const kept = this.#kept.get(log);
    if (kept === undefined) return;
    clearTimeout(kept.timer);
    this.#kept.delete(log);
    this.#bytes -= kept.bytes;
    kept.forget();
  }
}

interface Kept {
  readonly bytes: number;
  readonly timer: NodeJS.Timeout;
  readonly forget: () => void;
}
