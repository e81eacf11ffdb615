import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { withoutSecrets } from "../secret-variables.ts";
import { type StateFolder, writeWhole } from "../state-folder.ts";
import type { LockedState } from "../state-lock.ts";
import { isObject, readJson } from "./json-file.ts";

/** The variables of a process, by name. */
export type Environment = Readonly<Record<string, string>>;

/**
 * Keeps the environment of whoever asks for a service, for its owner's eyes alone, until the service is stopped: each
 * start in answer to the request has it, whoever has started the supervisor. Without our own secrets, which no file
 * holds.
 *
 * @throws UserError `state_unwritable`
 */
export function writeEnvironment(state: LockedState, name: string, env: NodeJS.ProcessEnv): void {
  const path = environmentFile(state, name);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeWhole(path, JSON.stringify(withoutSecrets(env)));
}

/** The environment that came with the present request; undefined where it is not known. Does not throw. */
export function readEnvironment(state: StateFolder, name: string): Environment | undefined {
  const reading = readJson(environmentFile(state, name), isEnvironment);
  return reading.kind === "value" ? reading.value : undefined;
}

/** Forgets it. */
export function discardEnvironment(state: LockedState, name: string): void {
  rmSync(environmentFile(state, name), { force: true });
}

function environmentFile(state: StateFolder, name: string): string {
  return join(state.root, "environment", `${name}.json`);
}

function isEnvironment(value: unknown): value is Environment {
  return isObject(value) && Object.values(value).every((each) => typeof each === "string");
}
