import { rmSync } from "node:fs";
import type { StateFolder } from "../state-folder.ts";
import { copiesOf, logFiles, markedServices } from "./log-files.ts";
import { continueAll } from "./pause-writers.ts";
import { readCutOffRotation } from "./rotation-marker.ts";
import { settleRotation } from "./settle-rotation.ts";

/**
 * Clears up after rotations whose process was killed: their services, which may still be stopped, go on, and their
 * logs are whole. Only for the holder of the lock, before it starts, stops or reads any of them.
 *
 * @returns the names of the services that it was about
 */
export function resumeInterrupted(state: StateFolder): string[] {
  return markedServices(state).filter((name) => {
    const { current, marker } = logFiles(state, name);
    const left = readCutOffRotation(marker);
    if (left === undefined) return false;
    try {
      // While they are stopped: then the log is either as it was, or empty.
      for (const copy of copiesOf(current)) settleRotation(current, copy, left.cut);
    } finally {
      continueAll(left.stopped);
    }
    rmSync(marker, { force: true });
    return true;
  });
}
