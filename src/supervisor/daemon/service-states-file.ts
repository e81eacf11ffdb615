import { join } from "node:path";
import { isSameProcess } from "../../os/process-identity.ts";
import { isDiskFull, overwriteJson } from "../disk-full.ts";
import { readRecord } from "../process-record.ts";
import type { ServiceRecord } from "../service-spec.ts";
import { type StateFolder, SUPERVISOR, writeWhole } from "../state-folder.ts";
import type { SupervisorStates } from "../supervisor-protocol.ts";
import { isObject, readJson } from "./json-file.ts";

/** What `states.json` says. */
export interface StatesReading {
  /** Undefined where there is none, or a damaged one: then the records alone tell what runs. */
  readonly states: SupervisorStates | undefined;
  /** Whether the supervisor that wrote it lives, so that it says how things are and not how they were. */
  readonly isAlive: boolean;
  /** What is wrong with a file that is damaged or may not be read. */
  readonly problem: string | undefined;
}

/** Reads what the supervisor knows of its services. Whatever is in the file, this does not throw. */
export function readStates(state: StateFolder): StatesReading {
  const reading = readJson(statesFile(state), isStates);
  if (reading.kind === "value")
    return { states: reading.value, isAlive: isSameProcess(reading.value), problem: undefined };
  const problem = reading.kind === "none" ? undefined : reading.reason;
  return { states: undefined, isAlive: false, problem };
}

/** The record of the supervisor, where it lives: one that was just started has said nothing of its services yet. */
export function livingSupervisor(state: StateFolder): ServiceRecord | undefined {
  const reading = readRecord(state, SUPERVISOR);
  return reading.kind === "record" && isSameProcess(reading.record) ? reading.record : undefined;
}

/** Says how the services are; only for the recorded supervisor. @throws UserError `state_unwritable` */
export function writeStates(state: StateFolder, states: SupervisorStates): void {
  const text = `${JSON.stringify(states, undefined, 2)}\n`;
  try {
    writeWhole(statesFile(state), text);
  } catch (error) {
    if (!isDiskFull(error) || !overwriteJson(statesFile(state), text)) throw error;
  }
}

function statesFile(state: StateFolder): string {
  return join(state.root, "states.json");
}

function isStates(value: unknown): value is SupervisorStates {
  if (!isObject(value) || !isObject(value["services"])) return false;
  const isNamed = typeof value["start_time"] === "string" && typeof value["boot_id"] === "string";
  return isNamed && isPid(value["pid"]) && Object.values(value["services"]).every(isReport);
}

function isPid(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value > 1;
}

function isReport(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { phase, request, restarts } = value;
  const isRequest = request === null || typeof request === "string";
  return typeof phase === "string" && isRequest && Number.isInteger(restarts);
}
