import { messageOf } from "../../errors/thrown-error.ts";
import { identifySelf } from "../../os/process-identity.ts";
import type { StateFolder } from "../state-folder.ts";
import type { ServiceReport, ServiceReports, SupervisorStates } from "../supervisor-protocol.ts";
import type { ChangeNotifier } from "./change-notifier.ts";
import { writeStates } from "./service-states-file.ts";

/** What becomes of a report; it is in its phase since the change, if that is another one. */
export type ReportChange = Partial<Omit<ServiceReport, "since">>;

/** What the supervisor knows of its services, as `states.json` shows it: each change is written and told. */
export class ServiceStateStore {
  /** What the supervisor before this one knew; empty where nobody knows. */
  readonly before: ServiceReports;
  readonly #state: StateFolder;
  readonly #changes: ChangeNotifier;
  readonly #head: Omit<SupervisorStates, "services">;
  readonly #reports = new Map<string, ServiceReport>();
  /** Services that were looked at since the start: the reports on others are of the supervisor before this one. */
  readonly #seen = new Set<string>();
  readonly #starts = new Map<string, number>();
  readonly #latencies = new Map<string, number>();

  constructor(
    state: StateFolder,
    changes: ChangeNotifier,
    planDigest: string,
    before: SupervisorStates | undefined,
    names: readonly string[],
  ) {
    this.#state = state;
    this.#changes = changes;
    this.before = before?.services ?? {};
    const { pid, startTime, bootId } = identifySelf();
    this.#head = { pid, start_time: startTime, boot_id: bootId, plan_digest: planDigest };
    for (const name of names) this.#reports.set(name, this.before[name] ?? UNKNOWN);
    this.#write();
  }

  /** The report on a service of the plan. */
  of(name: string): ServiceReport {
    return this.#reports.get(name) ?? UNKNOWN;
  }

  /** Whether a service is in one of these phases, and was seen in it by this supervisor. */
  isIn(name: string, ...phases: readonly ServiceReport["phase"][]): boolean {
    return this.#seen.has(name) && phases.includes(this.of(name).phase);
  }

  get names(): readonly string[] {
    return [...this.#reports.keys()];
  }

  change(name: string, change: ReportChange): void {
    const old = this.of(name);
    const isSamePhase = change.phase === undefined || change.phase === old.phase;
    const since = isSamePhase ? old.since : new Date().toISOString();
    this.#reports.set(name, { ...old, ...change, since });
    this.#seen.add(name);
    this.#write();
    this.#changes.tell();
  }

  /** How often a service has become ready, or done, after this supervisor started it. */
  startsOf(name: string): number {
    return this.#starts.get(name) ?? 0;
  }

  noteStart(name: string): void {
    this.#starts.set(name, this.startsOf(name) + 1);
  }

  /** How long the last good answer to a probe took, in milliseconds; undefined where there was none. */
  latencyOf(name: string): number | undefined {
    return this.#latencies.get(name);
  }

  noteLatency(name: string, latencyMs: number): void {
    this.#latencies.set(name, latencyMs);
  }

  /** A full disk must not end the supervision: the next change is written again. */
  #write(): void {
    try {
      writeStates(this.#state, { ...this.#head, services: Object.fromEntries(this.#reports) });
    } catch (error) {
      process.stderr.write(`${messageOf(error)}\n`);
    }
  }
}

const UNKNOWN: ServiceReport = {
  phase: "stopped",
  request: null,
  since: new Date().toISOString(),
  ready_ms: null,
  restarts: 0,
  last_exit: null,
  next_start_at: null,
  problem: null,
};
