/** What `up` does about services that run in several copies. */
import { isReplicaName, REPLICA_LABEL } from "../config/replicas.ts";
import type { ServiceRecord } from "../supervisor/service-spec.ts";
import type { Asked } from "./ask-supervisor.ts";
import type { PlannedService } from "./plan-services.ts";

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

/** Copies of these services that the configuration has no more: their names, and the records of those that are there. */
export function surplusReplicas(
  services: readonly Pick<PlannedService, "service">[],
  configured: readonly Pick<PlannedService, "name">[],
  { records, wanted }: { records: readonly ServiceRecord[]; wanted: readonly string[] },
): { readonly names: ReadonlySet<string>; readonly records: readonly ServiceRecord[] } {
  const chosen = [...new Set(services.map(({ service }) => service))];
  const isConfigured = (name: string): boolean => configured.some((each) => each.name === name);
  const found = records.filter(
    ({ name, labels }) => chosen.includes(labels?.[REPLICA_LABEL] ?? "") && !isConfigured(name),
  );
  // Of one that was given up there is no record. Another service may have had such a name, too.
  const givenUp = wanted.filter(
    (name) =>
      !isConfigured(name) &&
      chosen.some((service) => isReplicaName(name, service)) &&
      records.every((record) => record.name !== name),
  );
  return { names: new Set([...givenUp, ...found.map(({ name }) => name)]), records: found };
}
