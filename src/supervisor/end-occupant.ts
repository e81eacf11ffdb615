import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { describe } from "../os/listening-ports.ts";
import { familyOf } from "../os/process-members.ts";
import type { ProcessDetails } from "../os/process-table.ts";
import { describeOccupant } from "./describe-occupant.ts";
import type { Occupant } from "./port-occupant.ts";
import { DEFAULT_STOP_TIMEOUT_MS, type ServiceSpec } from "./service-spec.ts";
import { type EndOutcome, endProcesses } from "./signal-then-kill.ts";
import type { StateFolder } from "./state-folder.ts";

/**
 * Ends who has a service's address, with all that it started: SIGTERM, 5 seconds, SIGKILL, each by an identity that
 * was looked up right before. Refuses whom it would not help or not behove to end: what is kept alive by somebody
 * else, of another stack, of another user, or above this very process.
 *
 * @throws UserError `port_taken` with the reason of a refusal and what to do; `stop_failed` naming who is left
 */
export async function endOccupant(
  occupant: Occupant,
  spec: ServiceSpec,
  state: StateFolder,
): Promise<EndOutcome> {
  if (!isReplaceable(occupant)) throw notReplaceable(occupant, spec, state);
  const { process } = occupant;
  const { pid, startTime, bootId } = process;
  const leader = { name: describe(process), pid, start_time: startTime, boot_id: bootId };
  return await endProcesses(leader, (known) => familyOf(process, known), {
    timeoutMs: DEFAULT_STOP_TIMEOUT_MS,
  });
}

/** One that {@link endOccupant} would end. */
export type ReplaceableOccupant = Occupant & { readonly process: ProcessDetails };

/** Whether {@link endOccupant} would end it. */
export function isReplaceable(occupant: Occupant): occupant is ReplaceableOccupant {
  const { process, kind, isOurUser, isAboveUs } = occupant;
  const isSomebodys = kind === "kept" || kind === "other_service" || kind === "ours";
  return process !== undefined && !isSomebodys && isOurUser && !isAboveUs;
}

function notReplaceable(occupant: Occupant, spec: ServiceSpec, state: StateFolder): UserError {
  const { process, isOurUser } = occupant;
  const found = describeOccupant(occupant, spec, state);
  const why = occupant.isAboveUs ? " This command runs inside it." : "";
  const hint =
    process !== undefined && isOurUser
      ? `Stop it as told above, or give ${spec.name} another port.`
      : `Ask its user to stop it, or give ${spec.name} another port.`;
  return new UserError(
    "port_taken",
    `${spec.name} needs port ${spec.address?.port}, and who has it is not ended by \`stack\`: ${found}${why}`,
    { hint, exitCode: EXIT.failed },
  );
}
