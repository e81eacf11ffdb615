/** Who has the ports of services that are ours to run: told, taken over, or ended. */
import { adopt } from "../adopt-service.ts";
import { noteDeed } from "../daemon/service-events.ts";
import { endOccupant, type ReplaceableOccupant } from "../end-occupant.ts";
import type { ServiceState } from "../inspect-service.ts";
import { type Occupant, occupantOf } from "../port-occupant.ts";
import type { ServiceSpec } from "../service-spec.ts";
import type { StateFolder } from "../state-folder.ts";
import type { LockedState } from "../state-lock.ts";

export { describeOccupant } from "../describe-occupant.ts";
export { isReplaceable } from "../end-occupant.ts";
export type { Occupant } from "../port-occupant.ts";

/** Who has the port of a service, by how it was found; nobody where nobody else has it. */
export function occupantsOf(spec: ServiceSpec, found: ServiceState, state: StateFolder): Occupant[] {
  if (found.state !== "foreign") return [];
  return found.listeners.map((listener) => occupantOf(spec, state, listener, found.probe));
}

/**
 * Takes over the process that has a service's port, which must provably be the service.
 *
 * @throws UserError `not_adoptable`, `state_unwritable`
 */
export async function adoptOccupant(
  spec: ServiceSpec,
  found: ServiceState,
  state: LockedState,
): Promise<void> {
  const [listener] = found.state === "foreign" ? found.listeners : [];
  if (listener !== undefined) await adopt(spec, state, listener);
}

/**
 * Ends who has a service's port, and writes that down.
 *
 * @throws UserError `port_taken`, `stop_failed`
 */
export async function replaceOccupant(
  occupant: ReplaceableOccupant,
  spec: ServiceSpec,
  state: LockedState,
): Promise<void> {
  await endOccupant(occupant, spec, state);
  const { pid } = occupant.process;
  noteDeed(state, {
    event: "port_cleared",
    service: spec.name,
    pid,
    detail: `to make room for ${spec.name}`,
  });
}
