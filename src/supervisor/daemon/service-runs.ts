import { isSameProcess } from "../../os/process-identity.ts";
import type { Launch } from "../launch-service.ts";
import { isSameRun } from "../process-record.ts";
import type { ServiceRecord } from "../service-spec.ts";
import type { LastExit } from "../supervisor-protocol.ts";
import type { ChangeNotifier } from "./change-notifier.ts";

/** One run of a service, from when it was launched or picked up. */
export interface ServiceRun {
  readonly record: ServiceRecord;
  /** How it ended; undefined while it goes on. */
  readonly exit: LastExit | undefined;
}

/** The runs that the supervisor watches. An end is told as a change. */
export class ServiceRuns {
  readonly #changes: ChangeNotifier;
  /** Those that are no children of this process, so that the OS tells nobody of their end. */
  readonly #others = new Set<{ record: ServiceRecord; exit: LastExit | undefined }>();

  constructor(changes: ChangeNotifier) {
    this.#changes = changes;
  }

  /** A run that this process launched; a daemon that it left behind, with another record, is nobody's child. */
  launched({ record: launched, exit, ended }: Launch, record: ServiceRecord): ServiceRun {
    if (!isSameRun(launched, record)) return this.other(record);
    const run: { record: ServiceRecord; exit: LastExit | undefined } = { record, exit: undefined };
    exit.then(({ code, signal }) => {
      run.exit = { at: new Date().toISOString(), code, signal, reason: String(ended.reason) };
      this.#changes.tell();
    });
    return run;
  }

  /** A run that another process launched. */
  other(record: ServiceRecord): ServiceRun {
    const run = { record, exit: undefined };
    this.#others.add(run);
    return run;
  }

  /** Whether the OS tells of the end of each. */
  get areTold(): boolean {
    return this.#others.size === 0;
  }

  /** Looks which of the others have ended: one small file of /proc each. */
  look(): void {
    for (const run of this.#others) {
      if (isSameProcess(run.record)) continue;
      run.exit = unknownExit(UNSEEN);
      this.#others.delete(run);
      this.#changes.tell();
    }
  }

  /** Says nothing more of a run. */
  forget(run: ServiceRun): void {
    this.#others.delete(run);
  }
}

/** A run that was picked up before it was ready, as if this process had launched it: to be waited for like any other. */
export function asLaunch(run: ServiceRun, changes: ChangeNotifier): Launch {
  const ended = new AbortController();
  const exit = changes
    .until(() => run.exit !== undefined)
    .then(() => {
      ended.abort(run.exit?.reason);
      return { code: null, signal: null };
    });
  return { record: run.record, exit, ended: ended.signal, logSize: run.record.log_size ?? 0 };
}

/** Why there is no exit code of a process that was not a child of this one. */
export const UNSEEN = "it ended, and its exit code is not known, because this supervisor is not its parent";

/** An end without an exit code or a signal that anybody saw; `reason` as {@link LastExit.reason}. */
export function unknownExit(reason: string): LastExit {
  return { at: new Date().toISOString(), code: null, signal: null, reason };
}
