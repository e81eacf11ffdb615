import { markedServices } from "../logs/log-files.ts";
import { resumeInterrupted } from "../logs/resume-rotation.ts";
import type { StateFolder } from "../state-folder.ts";
import { type LockedState, type LockOptions, withLock } from "../state-lock.ts";

export type { LockedState } from "../state-lock.ts";

/**
 * Runs a command's changes while no other process changes anything of this state folder; it is made if it is missing.
 * First it is cleared up after a supervisor that was killed while it rotated a log: a service may still be stopped for
 * that, and would look as if it hung, and its lines may be where no reader looks.
 *
 * @throws what {@link withLock} does
 */
export async function withCommandLock<T>(
  state: StateFolder,
  change: (locked: LockedState) => Promise<T>,
  options?: LockOptions,
): Promise<T> {
  return await withLock(
    state,
    async (locked) => {
      resumeInterrupted(locked);
      return await change(locked);
    },
    options,
  );
}

/** Clears up the same for whoever only reads logs, and takes no lock where there is nothing to be cleared up. */
export async function settleRotations(state: StateFolder): Promise<void> {
  if (markedServices(state).length > 0) await withCommandLock(state, async () => undefined);
}
