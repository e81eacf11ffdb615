import { readStates } from "../supervisor/daemon/states-file.ts";
import type { ServiceReport, Wanted } from "../supervisor/daemon/supervisor-state.ts";
import { identifySelf } from "../supervisor/os/process-identity.ts";
import { digestOf } from "../supervisor/service-digest.ts";
import type { ServiceSpec } from "../supervisor/service-spec.ts";
import type { StateFolder } from "../supervisor/state-folder.ts";

/**
 * Tells of each job whether it is done, as it is configured now: its report, or undefined. It stays done without a
 * supervisor too, until it is stopped, asked for again, or the machine is booted.
 */
export function finishedJobs(
  folder: StateFolder,
  wanted: Wanted["services"],
): (spec: ServiceSpec) => ServiceReport | undefined {
  const { states } = readStates(folder);
  if (states === undefined || states.boot_id !== identifySelf().bootId) return () => undefined;
  return (spec) => {
    const report = states.services[spec.name];
    if (spec.ready.kind !== "exit" || report?.phase !== "done") return undefined;
    const isWanted = report.request !== null && report.request === wanted[spec.name]?.request;
    return isWanted && report.done_digest === digestOf(spec) ? report : undefined;
  };
}
