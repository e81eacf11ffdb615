import type { PlannedService } from "./planned-service.ts";

/** Each after what it depends on, and else as configured. The configuration has no circles. */
export function inStartOrder(planned: readonly PlannedService[]): PlannedService[] {
  const ordered: PlannedService[] = [];
  const place = (service: PlannedService): void => {
    if (ordered.includes(service)) return;
    for (const needed of service.spec.dependsOn ?? []) {
      const found = planned.find(({ name }) => name === needed);
      if (found !== undefined) place(found);
    }
    ordered.push(service);
  };
  planned.forEach(place);
  return ordered;
}

/** These services and all that they depend on, in the order of the plan. */
export function withDependencies(plan: readonly PlannedService[], names: readonly string[]): Set<string> {
  const wanted = new Set(names);
  // From the last to the first: whatever is needed comes earlier.
  for (const { name, spec } of plan.toReversed()) {
    if (wanted.has(name)) for (const needed of spec.dependsOn ?? []) wanted.add(needed);
  }
  return wanted;
}
