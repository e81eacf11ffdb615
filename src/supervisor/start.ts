import { launchService } from "./launch.ts";
import { withLock } from "./lock.ts";
import { untilReady } from "./ready.ts";
import type { StateFolder } from "./state.ts";
import type { ServiceRecord, ServiceSpec } from "./types.ts";

/**
 * Starts a service that does not run, under the lock, which this takes, and waits until it is ready, without it.
 *
 * @throws what {@link launchService} and {@link untilReady} throw
 */
export async function startService(
  spec: ServiceSpec,
  state: StateFolder,
  { signal }: { signal?: AbortSignal } = {},
): Promise<ServiceRecord> {
  signal?.throwIfAborted();
  const launch = await withLock(state, () => launchService(spec, state), signal ? { signal } : {});
  return await untilReady(spec, state, launch, signal ? { signal } : {});
}
