import { identifySelf } from "../../os/process-identity.ts";
import { readDesiredState } from "../daemon/desired-state-file.ts";
import { LIVING } from "../daemon/resume-service.ts";
import { livingSupervisor, readStates } from "../daemon/service-states-file.ts";
import { digestOf } from "../service-digest.ts";
import type { ServiceRecord, ServiceSpec } from "../service-spec.ts";
import type { StateFolder } from "../state-folder.ts";
import type { DesiredServices, ServiceReport, ServiceReports } from "../supervisor-protocol.ts";

/** The supervisor, and its word. */
export interface KnownSupervisor {
  /** Its record, where it lives. */
  readonly record: ServiceRecord | undefined;
  /** Whether it lives and has spoken: else `reports` tell how things were. */
  readonly isHeard: boolean;
  readonly reports: ServiceReports;
}

/** Looks for the supervisor, and for what it, or the one before it, has said of its services. Changes nothing. */
export function knownSupervisor(state: StateFolder): KnownSupervisor {
  const { states, isAlive } = readStates(state);
  return { record: livingSupervisor(state), isHeard: isAlive, reports: states?.services ?? {} };
}

/** Tells whether the supervisor watches a process of the service of this name: where it is asked for anew, it restarts it. */
export function isWatchedBy({ isHeard, reports }: KnownSupervisor, name: string): boolean {
  const phase = reports[name]?.phase;
  return isHeard && phase !== undefined && LIVING.has(phase);
}

/**
 * The names of the services that should run.
 *
 * @throws UserError `state_unreadable`, `foreign_owner`
 */
export function wantedServices(state: StateFolder): readonly string[] {
  return Object.keys(readDesiredState(state).services);
}

/**
 * Tells of each job whether it is done, as it is configured now: its report, or undefined. It stays done without a
 * supervisor too, until it is stopped, asked for again, or the machine is booted.
 */
export function finishedJobs(state: StateFolder): (spec: ServiceSpec) => ServiceReport | undefined {
  const { states } = readStates(state);
  if (states === undefined || states.boot_id !== identifySelf().bootId) return () => undefined;
  const wanted = wantedIn(state);
  return (spec) => {
    const report = states.services[spec.name];
    if (spec.ready.kind !== "exit" || report?.phase !== "done") return undefined;
    const isWanted = report.request !== null && report.request === wanted[spec.name]?.request;
    return isWanted && report.done_digest === digestOf(spec) ? report : undefined;
  };
}

/** Nothing where it may not be read, which is told elsewhere. */
function wantedIn(state: StateFolder): DesiredServices["services"] {
  try {
    return readDesiredState(state).services;
  } catch {
    return {};
  }
}
