import { closeSync, constants, fstatSync, ftruncateSync, openSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../errors/user-error.ts";
import type { LockedState } from "../state-lock.ts";
import { logFiles, rotatedFiles } from "./log-files.ts";
import { claimRotation } from "./rotation-marker.ts";

/** A rotation that is under way takes milliseconds, or seconds of a flood. */
const MOST_TRIALS = 200;
const TRIAL_EVERY_MS = 50;

/**
 * Empties the log of a service, which goes on writing to it, and removes what was rotated away.
 *
 * @returns how many bytes there were
 * @throws UserError `state_unwritable` where a rotation of it does not end
 */
export async function clearLog(state: LockedState, name: string): Promise<number> {
  const { current, marker, times } = logFiles(state, name);
  for (let trial = 1; !claimRotation(marker); trial += 1) {
    if (trial === MOST_TRIALS)
      throw new UserError("state_unwritable", `The log of ${name} is being rotated all the time.`, {
        hint: "Try again in a moment.",
      });
    await delay(TRIAL_EVERY_MS);
  }
  try {
    const rotated = rotatedFiles(current);
    const bytes = truncate(current) + rotated.reduce((sum, { size }) => sum + size, 0);
    for (const { path } of rotated) rmSync(path, { force: true });
    if (times !== undefined) rmSync(times, { force: true });
    return bytes;
  } finally {
    rmSync(marker, { force: true });
  }
}

function truncate(path: string): number {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    const { size } = fstatSync(fd);
    ftruncateSync(fd, 0);
    return size;
  } finally {
    closeSync(fd);
  }
}
