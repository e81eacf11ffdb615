import type { DesiredState } from "./desired-state.ts";
import { dependencyFailed, type Problem } from "./service-problems.ts";
import type { ServiceStateStore } from "./service-state-store.ts";

/** What a service depends on: of each group, which are copies of one service or one alone, one is needed. */
export type Needed = readonly (readonly string[])[];

/** The names that a service depends on, those of copies of one service together. @param copyOf by name, for copies alone */
export function neededGroups(names: readonly string[], copyOf: ReadonlyMap<string, string>): Needed {
  return [...Map.groupBy(names, (name) => copyOf.get(name) ?? name).values()];
}

/** Whether all that a service depends on is ready, or is a job that is done, in answer to what is asked of it now. */
export function areReady(needed: Needed, board: ServiceStateStore, wish: DesiredState): boolean {
  return needed.every((copies) => copies.some((name) => isReady(name, board, wish)));
}

function isReady(name: string, board: ServiceStateStore, wish: DesiredState): boolean {
  const request = wish.requestFor(name);
  return board.isIn(name, "ready", "done") && (request === null || request === board.of(name).request);
}

/** What keeps a service waiting for good: one that it depends on was given up, in all its copies. */
export function findObstacle(name: string, needed: Needed, board: ServiceStateStore): Problem | null {
  const failed = needed.find((copies) => copies.every((other) => board.isIn(other, "failed")))?.[0];
  return failed === undefined ? null : dependencyFailed(name, failed);
}
