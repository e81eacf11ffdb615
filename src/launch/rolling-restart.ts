import type { Asked } from "./ask-supervisor.ts";

/**
 * Of the copies of one service that are to be restarted, all but one are put off; all of them where another copy is
 * being started. What does not answer goes first: it is missed least.
 */
export function oneReplicaAtATime(asked: readonly Asked[]): {
  readonly now: readonly Asked[];
  /** By name, in the order in which they follow. */
  readonly later: readonly string[];
} {
  const groups = Map.groupBy(asked, ({ inspection }) => inspection.service);
  const later = [...groups.values()].flatMap((copies) => {
    const restarted = copies
      .filter(({ intent }) => intent.action === "restart")
      .toSorted((a, b) => Number(isHealthy(a)) - Number(isHealthy(b)));
    const isAnotherStarted = copies.some(({ intent: { action } }) => action === "start" || action === "join");
    return restarted.slice(isAnotherStarted ? 0 : 1);
  });
  return {
    now: asked.filter((each) => !later.includes(each)),
    later: later.map(({ inspection }) => inspection.name),
  };
}

function isHealthy({ inspection: { state } }: Asked): boolean {
  return state.state === "running" && state.healthy;
}

/**
 * Restarts copies one after the other, each when the one before it is ready, so that the others keep serving. Yields what each
 * restart has led to; what it puts off itself follows.
 */
export async function* restartInTurn<Restarted extends { readonly later: readonly string[] }>(
  names: readonly string[],
  restart: (name: string) => Promise<Restarted>,
): AsyncGenerator<Restarted> {
  const waiting = [...names];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const restarted = await restart(name);
    waiting.push(...restarted.later.filter((other) => !waiting.includes(other)));
    yield restarted;
  }
}
