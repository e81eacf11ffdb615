import { launchService } from "../../src/supervisor/launch.ts";
import { withLock } from "../../src/supervisor/lock.ts";
import { untilReady } from "../../src/supervisor/ready.ts";
import type { StateFolder } from "../../src/supervisor/state.ts";
import type { ServiceRecord, ServiceSpec } from "../../src/supervisor/types.ts";

/** Starts a service that does not run, and waits until it is ready: as the supervisor does, without one. */
export async function startService(spec: ServiceSpec, state: StateFolder): Promise<ServiceRecord> {
  const launch = await withLock(state, () => launchService(spec, state));
  return await untilReady(spec, state, launch);
}
