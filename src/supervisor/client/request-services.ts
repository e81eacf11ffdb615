import { randomUUID } from "node:crypto";
import { readDesiredState, writeDesiredState } from "../daemon/desired-state-file.ts";
import { discardEnvironment, writeEnvironment } from "../daemon/request-environment.ts";
import { readStates } from "../daemon/service-states-file.ts";
import { writeRecord } from "../process-record.ts";
import type { ServiceRecord } from "../service-spec.ts";
import type { LockedState } from "../state-lock.ts";
import { endSupervisor } from "./ensure-supervisor.ts";

/** What is asked of the supervisor. */
export interface ServiceRequests {
  /**
   * By service, its request: a new one has it started, and what runs by another one is stopped first. Null for what is
   * to run on as it does.
   */
  readonly requests: ReadonlyMap<string, string | null>;
  /** The names of those that are to be started, each with this environment. */
  readonly starting: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The names of services that are not wanted any more, whether they run or were given up. */
  readonly dropped: ReadonlySet<string>;
  /** What runs and is known by its mark alone: it is recorded again. */
  readonly unrecorded: readonly ServiceRecord[];
}

/** A request like no other. */
export function newRequest(): string {
  return randomUUID();
}

/**
 * Says which services should run from now on; the supervisor sees to it. What else was wanted stays so.
 *
 * @throws UserError `state_unwritable`, `state_unreadable`, `foreign_owner`
 */
export function requestServices(state: LockedState, asked: ServiceRequests): void {
  const { requests, starting, env, dropped, unrecorded } = asked;
  for (const record of unrecorded) writeRecord(state, record);
  for (const name of starting) writeEnvironment(state, name, env);
  const before = readDesiredState(state).services;
  // Also of a supervisor that is gone: its answer holds where the request itself was lost.
  const answered = readStates(state).states?.services ?? {};
  const kept = Object.entries(before).filter(([name]) => !dropped.has(name));
  const added = [...requests].map(([name, request]) => [
    name,
    { request: request ?? before[name]?.request ?? answered[name]?.request ?? newRequest() },
  ]);
  writeDesiredState(state, { services: { ...Object.fromEntries(kept), ...Object.fromEntries(added) } });
  for (const name of dropped) discardEnvironment(state, name);
}

/**
 * Says that these services should not run any more: nobody starts them again. A supervisor that has none left to look
 * after is ended.
 *
 * @param isAll whether nothing else should either: what was given up, and is not configured any more, has no name here
 * @throws UserError `state_unwritable`, `state_unreadable`, `foreign_owner`, `stop_failed`
 */
export async function withdrawRequests(
  state: LockedState,
  names: readonly string[],
  isAll: boolean,
): Promise<void> {
  const wanted = Object.entries(readDesiredState(state).services);
  const left = isAll ? [] : wanted.filter(([name]) => !names.includes(name));
  writeDesiredState(state, { services: Object.fromEntries(left) });
  for (const name of names) discardEnvironment(state, name);
  if (left.length === 0) await endSupervisor(state);
}
