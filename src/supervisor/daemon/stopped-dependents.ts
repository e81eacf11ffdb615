import type { SupervisedService } from "./supervised-service.ts";

/**
 * Whether all that depend on a service, and are asked for anew as it is, have been stopped for that: what they are in the midst of may
 * need it. One that nobody asks for anew stays as it is, and is not waited for.
 */
export function areDependentsStopped({ spec, shared }: SupervisedService): boolean {
  const { states, desired, dependents } = shared;
  return (dependents.get(spec.name) ?? []).every((name) => {
    const { phase, request } = states.of(name);
    const wanted = desired.requestFor(name);
    const isToStop = wanted !== null && wanted !== request;
    return !isToStop || (phase !== "ready" && phase !== "unhealthy");
  });
}
