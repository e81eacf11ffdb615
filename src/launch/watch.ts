import type { ServiceReport } from "../supervisor/keep/types.ts";
import { readWanted } from "../supervisor/keep/wanted.ts";
import type { StateFolder } from "../supervisor/state.ts";
import { supervisorWords } from "./word.ts";

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
  /** Told once, if the supervisor is gone. */
  readonly onUnsupervised: () => void;
}

const POLL_MS = 100;

/** Watches services that are ready, by the supervisor's word until there is nothing more to watch. */
export async function watchStack(
  folder: StateFolder,
  names: readonly string[],
  { signal, onChange, onUnsupervised }: WatchOptions,
): Promise<WatchEnd> {
  // As they were when the watch was asked for: one may have ended before the first look.
  const phases = new Map<string, ServiceReport["phase"]>(names.map((name) => [name, "ready"]));
  let isTold = false;
  for await (const { services, isLost } of supervisorWords(folder, { signal, everyMs: POLL_MS })) {
    const wanted = readWanted(folder).services;
    const watched = names.filter((name) => wanted[name] !== undefined);
    if (watched.length === 0) return { why: "stopped" };
    if (isLost && !isTold) {
      isTold = true;
      onUnsupervised();
    }
    for (const [name, report] of watched.flatMap((name) => entryOf(services, name))) {
      if (report.phase === "failed") return { why: "failed", name, report };
      if (phases.get(name) !== report.phase) onChange(name, report);
      phases.set(name, report.phase);
    }
  }
  return { why: "aborted" };
}

function entryOf(
  services: { readonly [name: string]: ServiceReport },
  name: string,
): [string, ServiceReport][] {
  const report = services[name];
  return report === undefined ? [] : [[name, report]];
}
