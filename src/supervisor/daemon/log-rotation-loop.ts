import { statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../errors/thrown-error.ts";
import { nextLogChange } from "../logs/log-changes.ts";
import { mostBytesKept, rotateIfLarge } from "../logs/rotate-log.ts";
import { readRecord } from "../process-record.ts";
import { DEFAULT_LOG_LIMITS, type LogLimits, type ServiceSpec } from "../service-spec.ts";
import { serviceFiles } from "../state-folder.ts";
import { RotationReport } from "./rotation-report.ts";
import type { SoleSupervisor } from "./sole-supervisor.ts";
import { putOwnLogAside } from "./supervisor-log.ts";

/** The longest time in which no log is looked at, and the shortest between two looks; in milliseconds. */
const EVERY_MS = 1000;
const PAUSE_MS = 50;
/** After a rotation that could not be done, in milliseconds: each trial copies the log. */
const RETRY_MS = 30_000;

/** Keeps the logs of running services within their limits. Never resolves. */
export async function rotateLogs(
  services: readonly ServiceSpec[],
  supervision: SoleSupervisor,
): Promise<never> {
  const { state } = supervision.shared;
  const logs = services.map((spec) => new LimitedLog(spec, supervision));
  for (;;) {
    await nextLogChange(state.log, EVERY_MS);
    putAside(supervision);
    for (const log of logs) await log.look();
    await delay(PAUSE_MS);
  }
}

/** The supervisor's own log. Complaints would only make it longer. */
function putAside({ shared: { state } }: SoleSupervisor): void {
  try {
    putOwnLogAside(state);
  } catch {
    // The next look tries again.
  }
}

/** The log of one service, which is rotated when it is too large. */
class LimitedLog {
  readonly #spec: ServiceSpec;
  readonly #limits: LogLimits;
  readonly #supervision: SoleSupervisor;
  readonly #report = new RotationReport();
  #notBefore = 0;

  constructor(spec: ServiceSpec, supervision: SoleSupervisor) {
    this.#spec = spec;
    this.#limits = spec.log ?? DEFAULT_LOG_LIMITS;
    this.#supervision = supervision;
  }

  async look(): Promise<void> {
    const { name } = this.#spec;
    const { state } = this.#supervision.shared;
    const size = statSync(serviceFiles(state, name).log, { throwIfNoEntry: false })?.size ?? 0;
    if (size > this.#limits.maxBytes && this.#notBefore <= performance.now()) {
      const problem = await this.#rotate().catch(messageOf);
      if (problem !== undefined) {
        // What has outgrown all that is kept of it cannot wait, and is not copied whole.
        const pause = size > mostBytesKept(this.#limits) ? EVERY_MS : RETRY_MS;
        this.#notBefore = performance.now() + pause;
        process.stderr.write(`The log of ${name} could not be rotated: ${problem}\n`);
      }
    }
    const detail = this.#report.take();
    if (detail !== undefined)
      this.#supervision.tell({ event: "log_rotated", service: name, pid: this.#pid, detail });
  }

  /** Resolves with why it could not be done. */
  async #rotate(): Promise<string | undefined> {
    const { state } = this.#supervision.shared;
    const reading = readRecord(state, this.#spec.name);
    if (reading.kind !== "record") return undefined;
    const rotation = await rotateIfLarge(state, this.#spec.name, reading.record, this.#limits);
    if (rotation.outcome === "rotated") this.#report.add(rotation);
    return rotation.outcome === "postponed" ? rotation.reason : undefined;
  }

  get #pid(): number | null {
    const reading = readRecord(this.#supervision.shared.state, this.#spec.name);
    return reading.kind === "record" ? reading.record.pid : null;
  }
}
