import { isReplicaName, REPLICA_LABEL } from "../config/replicas.ts";
import type { ServiceRecord } from "../supervisor/service-spec.ts";
import type { PlannedService } from "./planned-service.ts";

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
