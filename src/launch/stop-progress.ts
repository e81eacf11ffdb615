import { type ServiceRecord, stopTimeoutOf } from "../supervisor/service-spec.ts";

/** A service that is to be stopped, if there is anything of it. */
export interface Stopping {
  readonly name: string;
  readonly record: ServiceRecord | undefined;
}

/** Says what a stop waits for: `stopping web (killed after 20 s), then db`. */
export class StopProgress {
  readonly #waiting: Map<string, ServiceRecord>;
  readonly #stopping = new Map<string, ServiceRecord>();
  readonly #onProgress: ((text: string) => void) | undefined;

  constructor(targets: readonly Stopping[], onProgress: ((text: string) => void) | undefined) {
    this.#onProgress = onProgress;
    this.#waiting = new Map(targets.flatMap(({ name, record }) => (record ? [[name, record]] : [])));
  }

  /** A service's stop begins. */
  begin(name: string): void {
    const record = this.#waiting.get(name);
    if (record === undefined) return;
    this.#waiting.delete(name);
    this.#stopping.set(name, record);
    this.#tell();
  }

  /** It is over, however it went. */
  end(name: string): void {
    if (this.#stopping.delete(name) && this.#stopping.size > 0) this.#tell();
  }

  #tell(): void {
    const now = [...this.#stopping].map(
      ([name, record]) => `${name} (killed after ${stopTimeoutOf(record) / 1000} s)`,
    );
    const later = this.#waiting.size === 0 ? "" : `, then ${[...this.#waiting.keys()].join(", ")}`;
    this.#onProgress?.(`stopping ${now.join(", ")}${later}`);
  }
}
