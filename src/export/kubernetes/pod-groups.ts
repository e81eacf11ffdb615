import type { ContainerDeployment, ContainerService } from "../container-deployment.ts";

/** Services that are in one pod, and so on one machine. */
export interface PodGroup {
  /** The name of the only one, or `stack`. */
  readonly name: string;
  readonly services: readonly ContainerService[];
  readonly copies: number;
  /** Of what may run twice at a time: a new copy comes before an old one goes. */
  readonly canOverlap: boolean;
}

/**
 * Each service in pods of its own; but those who share a database file in one, because it is on one machine, and only one
 * pod of them may write it.
 */
export function podGroupsOf({ services, isShared }: ContainerDeployment): readonly PodGroup[] {
  const alone = (service: ContainerService): PodGroup => ({
    name: service.name,
    services: [service],
    copies: service.copies,
    canOverlap: service.name !== "engine",
  });
  if (isShared) return services.map(alone);
  const [engine, own] = [services.filter(isEngine), services.filter((service) => !isEngine(service))];
  return [...engine.map(alone), { name: "stack", services: own, copies: 1, canOverlap: false }];
}

function isEngine({ name }: ContainerService): boolean {
  return name === "engine";
}

/** The group in which a service is. */
export function groupOf(service: ContainerService, groups: readonly PodGroup[]): PodGroup {
  const group = groups.find(({ services }) => services.includes(service));
  if (group === undefined) throw new Error(`${service.name} is in no pod.`);
  return group;
}
