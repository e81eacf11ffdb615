import { readDesiredState } from "../daemon/desired-state-file.ts";
import type { StateFolder } from "../state-folder.ts";
import type { ServiceReport, ServiceReports } from "../supervisor-protocol.ts";
import { supervisorUpdates } from "./supervisor-updates.ts";

/** Why a watch ended. */
export type WatchEnd =
  | { readonly why: "aborted" }
  /** Nobody wants any of them any more: another command stopped them. */
  | { readonly why: "stopped" }
  /** One was given up. */
  | { readonly why: "failed"; readonly name: string; readonly report: ServiceReport };

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Told of each change of a service's phase. */
  readonly onChange: (name: string, report: ServiceReport) => void;
  /** Told of a service that ended and was started again between two looks, before what it has become. */
  readonly onMissedEnd: (name: string, report: ServiceReport) => void;
  /** Told once, if the supervisor is gone. */
  readonly onUnsupervised: () => void;
}

const POLL_MS = 100;

/** Watches services that are ready, by the supervisor's word until there is nothing more to watch. */
export async function watchServices(
  folder: StateFolder,
  names: readonly string[],
  options: WatchOptions,
): Promise<WatchEnd> {
  const { signal, onUnsupervised } = options;
  // As they were when the watch was asked for: one may have ended before the first look.
  const last = new Map<string, Before>();
  let isTold = false;
  for await (const { services, isLost } of supervisorUpdates(folder, { signal, everyMs: POLL_MS })) {
    const wanted = readDesiredState(folder).services;
    const watched = names.filter((name) => wanted[name] !== undefined);
    if (watched.length === 0) return { why: "stopped" };
    if (isLost && !isTold) {
      isTold = true;
      onUnsupervised();
    }
    for (const [name, report] of watched.flatMap((name) => entryOf(services, name))) {
      if (report.phase === "failed") return { why: "failed", name, report };
      tellChange(name, report, last.get(name) ?? { phase: "ready", restarts: report.restarts }, options);
      last.set(name, report);
    }
  }
  return { why: "aborted" };
}

/** What was last seen of a service. */
type Before = Pick<ServiceReport, "phase" | "restarts">;

function tellChange(
  name: string,
  report: ServiceReport,
  { phase, restarts }: Before,
  { onChange, onMissedEnd }: Pick<WatchOptions, "onChange" | "onMissedEnd">,
): void {
  const isStartedAgain = report.restarts > restarts;
  // A busy machine may give this process no turn for as long as the pause before the restart takes.
  if (isStartedAgain && phase !== "backoff") onMissedEnd(name, report);
  if (isStartedAgain || phase !== report.phase) onChange(name, report);
}

function entryOf(services: ServiceReports, name: string): [string, ServiceReport][] {
  const report = services[name];
  return report === undefined ? [] : [[name, report]];
}
