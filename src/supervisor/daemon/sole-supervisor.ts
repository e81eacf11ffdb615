import { messageOf } from "../../errors/thrown-error.ts";
import { removeLivenessSocket } from "../../os/liveness-socket.ts";
import { removeRecord } from "../process-record.ts";
import type { ServiceRecord } from "../service-spec.ts";
import { type StateFolder, SUPERVISOR } from "../state-folder.ts";
import { type LockedState, withLock } from "../state-lock.ts";
import type { ServiceEvent } from "../supervisor-protocol.ts";
import type { ChangeNotifier } from "./change-notifier.ts";
import type { DesiredState } from "./desired-state.ts";
import { appendEvent, putEventsAside } from "./service-events.ts";
import type { ServiceRuns } from "./service-runs.ts";
import type { ServiceStateStore } from "./service-state-store.ts";
import { livingSupervisor } from "./service-states-file.ts";

/** What the parts of a supervision share. */
export interface SupervisionParts {
  readonly state: StateFolder;
  readonly changes: ChangeNotifier;
  readonly states: ServiceStateStore;
  readonly desired: DesiredState;
  readonly runs: ServiceRuns;
  /** By its name, the service of which one is a copy beside others; of copies alone. */
  readonly copyOf: ReadonlyMap<string, string>;
  /** By its name, those that depend on a service. */
  readonly dependents: ReadonlyMap<string, readonly string[]>;
  /** Told of each event after it was written down. */
  readonly onEvent: (event: ServiceEvent) => void;
  /** Ends the supervision; services live on. */
  readonly end: (reason: string) => void;
}

/** Why a supervisor ends that another one has followed, or whose state folder is gone. */
export const NOT_RECORDED = "the state folder does not name it as its supervisor";

/** The record that names this process as the supervisor; undefined where it does not, or no longer. */
export function ownRecord(state: StateFolder): ServiceRecord | undefined {
  const record = livingSupervisor(state);
  return record?.pid === process.pid ? record : undefined;
}

/** Who may do what: the part of the supervision that keeps two supervisors from doing the same. */
export class SoleSupervisor {
  readonly shared: SupervisionParts;
  /** One turn after the other, so that this process never waits for a lock of its own by looking again and again. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(shared: SupervisionParts) {
    this.shared = shared;
  }

  /**
   * Runs `fn` under the state's lock, with the desired state as it is by then. Never resolves for a process that is no longer
   * the supervisor: it ends.
   */
  async underLock<T>(fn: (locked: LockedState) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => {
      // Also before: taking the lock would make a folder anew that was renamed or removed.
      await this.#requireOwnRecord();
      return await withLock(this.shared.state, async (locked) => {
        await this.#requireOwnRecord();
        this.shared.desired.refresh();
        return await fn(locked);
      });
    });
    this.#turn = turn.catch(() => undefined);
    return await turn;
  }

  async #requireOwnRecord(): Promise<void> {
    if (ownRecord(this.shared.state) !== undefined) return;
    this.shared.end(NOT_RECORDED);
    await new Promise<never>(() => undefined);
  }

  /** Ends the supervision for good, if nothing is wanted by then. */
  async retire(): Promise<void> {
    await this.underLock(async () => {
      const record = ownRecord(this.shared.state);
      if (record === undefined || !this.shared.desired.isEmpty) return;
      removeRecord(this.shared.state, record);
      removeLivenessSocket(this.shared.state.run, SUPERVISOR);
      this.shared.end("nothing is wanted any more");
    });
  }

  /** Writes an event down and passes it on. */
  tell(event: Omit<ServiceEvent, "time">): void {
    const told = { time: new Date().toISOString(), ...event };
    try {
      appendEvent(this.shared.state, told);
      putEventsAside(this.shared.state);
    } catch (error) {
      process.stderr.write(`An event could not be written down: ${messageOf(error)}\n`);
    }
    this.shared.onEvent(told);
  }

  /** Passes on what somebody else has written down. */
  passOn(event: Omit<ServiceEvent, "time">): void {
    this.shared.onEvent({ time: new Date().toISOString(), ...event });
  }
}
