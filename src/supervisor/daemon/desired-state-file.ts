import { rmSync } from "node:fs";
import { join } from "node:path";
import { isDiskFull, overwriteJson } from "../disk-full.ts";
import { type StateFolder, unreadable, writeWhole } from "../state-folder.ts";
import type { DesiredServices } from "../supervisor-protocol.ts";
import { isObject, readJson } from "./json-file.ts";

/** What `wanted.json` says. */
export interface DesiredStateReading extends DesiredServices {
  /** What is wrong with a damaged file, which counts as nothing wanted; undefined of a sound or a missing one. */
  readonly problem: string | undefined;
}

/** The file that says which services should run; touches nothing. */
export function desiredStateFile(state: StateFolder): string {
  return join(state.root, "wanted.json");
}

/**
 * Reads which services should run. Whatever is in the file, this does not throw.
 * @throws UserError `state_unreadable` or `foreign_owner` where it may not be read: that is not a file with nothing in it
 */
export function readDesiredState(state: StateFolder): DesiredStateReading {
  const reading = readJson(desiredStateFile(state), isWanted);
  if (reading.kind === "unreadable") throw unreadable(desiredStateFile(state), reading.error);
  if (reading.kind === "value") return { services: reading.value.services, problem: undefined };
  return { services: {}, problem: reading.kind === "damaged" ? reading.reason : undefined };
}

/**
 * Says which services should run; only for the holder of the lock. On a full disk it can still be said that fewer
 * should.
 *
 * @throws UserError `state_unwritable`
 */
export function writeDesiredState(state: StateFolder, { services }: DesiredServices): void {
  const path = desiredStateFile(state);
  const text = `${JSON.stringify({ services }, undefined, 2)}\n`;
  try {
    writeWhole(path, text);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    // Without the file nothing is wanted.
    if (Object.keys(services).length === 0) rmSync(path, { force: true });
    else if (!overwriteJson(path, text)) throw error;
  }
}

function isWanted(value: unknown): value is DesiredServices {
  if (!isObject(value) || !isObject(value["services"])) return false;
  return Object.values(value["services"]).every(
    (entry) => isObject(entry) && typeof entry["request"] === "string",
  );
}
