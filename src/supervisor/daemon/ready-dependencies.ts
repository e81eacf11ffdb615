import type { DesiredState } from "./desired-state.ts";
import { dependencyFailed, type ServiceProblem } from "./service-problems.ts";
import type { ServiceStateStore } from "./service-state-store.ts";

/** What a service depends on: of each group, which are copies of one service or one alone, one is needed. */
export type Needed = readonly (readonly string[])[];

/** The names that a service depends on, those of copies of one service together. @param copyOf by name, for copies alone */
export function neededGroups(names: readonly string[], copyOf: ReadonlyMap<string, string>): Needed {
  return [...Map.groupBy(names, (name) => copyOf.get(name) ?? name).values()];
}

/** Whether all that a service depends on is ready, or is a job that is done, in answer to what is asked of it now. */
export function areReady(needed: Needed, states: ServiceStateStore, desired: DesiredState): boolean {
  return needed.every((copies) => copies.some((name) => isReady(name, states, desired)));
}

function isReady(name: string, states: ServiceStateStore, desired: DesiredState): boolean {
  const request = desired.requestFor(name);
  return states.isIn(name, "ready", "done") && (request === null || request === states.of(name).request);
}

/** What keeps a service waiting for good: one that it depends on was given up, in all its copies. */
export function findObstacle(name: string, needed: Needed, states: ServiceStateStore): ServiceProblem | null {
  const failed = needed.find((copies) => copies.every((other) => states.isIn(other, "failed")))?.[0];
  return failed === undefined ? null : dependencyFailed(name, failed);
}
