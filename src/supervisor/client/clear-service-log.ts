import { noteDeed } from "../daemon/service-events.ts";
import { clearLog } from "../logs/clear-log.ts";
import type { LockedState } from "../state-lock.ts";

/**
 * Empties the log of a service, with what was rotated away, and writes that down.
 *
 * @returns how many bytes there were
 * @throws UserError `state_unwritable` where a rotation of it does not end
 */
export async function clearServiceLog(state: LockedState, service: string): Promise<number> {
  const bytes = await clearLog(state, service);
  const detail = `by stack logs --clear; ${bytes} bytes were removed`;
  noteDeed(state, { event: "log_cleared", service, pid: null, detail });
  return bytes;
}
