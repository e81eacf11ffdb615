import { launchService } from "../../src/supervisor/launch-service.ts";
import type { ServiceRecord, ServiceSpec } from "../../src/supervisor/service-spec.ts";
import type { StateFolder } from "../../src/supervisor/state-folder.ts";
import { withLock } from "../../src/supervisor/state-lock.ts";
import { waitUntilReady } from "../../src/supervisor/wait-until-ready.ts";

/** Starts a service that does not run, and waits until it is ready: as the supervisor does, without one. */
export async function startService(spec: ServiceSpec, state: StateFolder): Promise<ServiceRecord> {
  const launch = await withLock(state, (locked) => launchService(spec, locked));
  return await waitUntilReady(spec, state, launch);
}
