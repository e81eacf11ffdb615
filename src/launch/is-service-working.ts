import type { ServiceStatus } from "./service-status.ts";

/** The states in which a service does its work. */
const WORKING: ReadonlySet<ServiceStatus["state"]> = new Set(["healthy", "external", "done", "unconfigured"]);

/** Whether a service does its work: where one does not, `stack status` exits with 1. */
export function isWorking({ state }: Pick<ServiceStatus, "state">): boolean {
  return WORKING.has(state);
}
