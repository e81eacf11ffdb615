import type { Board } from "./board.ts";
import { dependencyFailed, type Problem } from "./service-problems.ts";
import type { Wish } from "./wish.ts";

/** Whether all that a service depends on is ready, or is a job that is done, in answer to what is asked of it now. */
export function areReady(names: readonly string[], board: Board, wish: Wish): boolean {
  return names.every((name) => {
    const request = wish.requestFor(name);
    return board.isIn(name, "ready", "done") && (request === null || request === board.of(name).request);
  });
}

/** What keeps a service waiting for good: one that it depends on was given up. */
export function findObstacle(name: string, needed: readonly string[], board: Board): Problem | null {
  const failed = needed.find((other) => board.isIn(other, "failed"));
  return failed === undefined ? null : dependencyFailed(name, failed);
}
