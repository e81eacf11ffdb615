import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { constants } from "node:os";
import { dirname } from "node:path";
import { ifThere, messageOf } from "../errors/thrown-error.ts";
import { readOwn } from "../files/private-files.ts";
import type { ServiceRecord } from "./service-spec.ts";
import { type StateFolder, serviceFiles, stateFolder, writeWhole } from "./state-folder.ts";

/** What the state folder says about a service. */
export type RecordReading =
  | { readonly kind: "record"; readonly record: ServiceRecord }
  | { readonly kind: "none" }
  /** There is a file, but not one of ours; counts as none. */
  | { readonly kind: "unreadable"; readonly reason: string };

/**
 * Reads the record of a service. Whatever is in the file, this does not throw. A record in a copy of a state folder
 * is not one of ours: its process is the original's, and must not be stopped from here.
 */
export function readRecord(state: StateFolder, name: string): RecordReading {
  const reading = readFile(state, name);
  if (reading.kind !== "record") return reading;
  const original = originalFolder(reading.record);
  if (original.root === state.root || isSameFolder(original.run, state.run)) return reading;
  // Where the other folder does not have it, this one was moved while the service ran.
  const there = readFile(original, name);
  if (there.kind !== "record" || !isSameRun(there.record, reading.record)) return reading;
  return { kind: "unreadable", reason: `${serviceFiles(state, name).record}: a copy from ${original.root}` };
}

/** The state folder by the path that it had when the record was written. */
export function originalFolder({ log }: ServiceRecord): StateFolder {
  return stateFolder(dirname(dirname(log)));
}

/** Whether both are there and the same: a folder may have several paths, by symbolic links above it. */
export function isSameFolder(a: string, b: string): boolean {
  try {
    const [one, other] = [a, b].map((path) => statSync(path, { bigint: true }));
    return one !== undefined && one.ino === other?.ino && one.dev === other.dev;
  } catch {
    // It is not there, or another user's.
    return false;
  }
}

function readFile(state: StateFolder, name: string): RecordReading {
  const path = serviceFiles(state, name).record;
  let text: string | undefined;
  try {
    text = ifThere(() => readOwn(path));
  } catch (error) {
    return { kind: "unreadable", reason: `${path}: ${messageOf(error)}` };
  }
  if (text === undefined) return { kind: "none" };
  const parsed = parseRecord(text);
  if ("problem" in parsed) return { kind: "unreadable", reason: `${path}: ${parsed.problem}` };
  if (parsed.name !== name)
    return { kind: "unreadable", reason: `${path}: name is ${JSON.stringify(parsed.name)}, not "${name}"` };
  return { kind: "record", record: parsed };
}

/** All readable records of a state folder, that of the supervisor's own process among them; none without the folder. */
export function listRecords(state: StateFolder): ServiceRecord[] {
  const files = existsSync(state.run) ? readdirSync(state.run) : [];
  return files.flatMap((file) => {
    const name = /^([A-Za-z0-9][A-Za-z0-9._-]*)\.json$/.exec(file)?.[1];
    const reading = name === undefined ? undefined : readRecord(state, name);
    return reading?.kind === "record" ? [reading.record] : [];
  });
}

/**
 * Writes the record and then the pid file; only for the holder of the lock.
 *
 * The record comes first: readers trust only the record, so a kill between the two loses nothing.
 */
export function writeRecord(state: StateFolder, record: ServiceRecord): void {
  const files = serviceFiles(state, record.name);
  writeWhole(files.record, `${JSON.stringify(record, undefined, 2)}\n`);
  writeWhole(files.pid, `${record.pid}\n`);
}

/** Removes pid file and record, unless the record is by now another process's. */
export function removeRecord(state: StateFolder, record: ServiceRecord): void {
  const reading = readRecord(state, record.name);
  if (reading.kind === "record" && !isSameRun(reading.record, record)) return;
  discardRecord(state, record.name);
}

/** Removes pid file and record whatever they say; only for the holder of the lock. */
export function discardRecord(state: StateFolder, name: string): void {
  const files = serviceFiles(state, name);
  rmSync(files.pid, { force: true });
  rmSync(files.record, { force: true });
}

/** Reads the text of a record file; what is wrong comes back as a value. */
export function parseRecord(text: string): ServiceRecord | { readonly problem: string } {
  try {
    return recordOf(objectAt(JSON.parse(text), "the file"));
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** Whether two records are of the same process. */
export function isSameRun(a: ServiceRecord, b: ServiceRecord): boolean {
  return a.pid === b.pid && a.start_time === b.start_time && a.boot_id === b.boot_id;
}

/** Whether this very process is the one that the state folder has for its service. */
export function isRecorded(state: StateFolder, record: ServiceRecord): boolean {
  const reading = readRecord(state, record.name);
  return reading.kind === "record" && isSameRun(reading.record, record);
}

function recordOf(json: Fields): ServiceRecord {
  const command = objectAt(json["command"], "command");
  return {
    name: stringAt(json, "name"),
    pid: pidAt(json, "pid"),
    start_time: stringAt(json, "start_time"),
    boot_id: stringAt(json, "boot_id"),
    ...optional(json, "pid_namespace", stringAt),
    ...optional(json, "first_start_time", stringAt),
    command: { file: stringAt(command, "file"), args: stringsAt(command, "args") },
    ...optional(json, "executable", stringAt),
    cwd: stringAt(json, "cwd"),
    owner: stringAt(json, "owner"),
    ...optional(json, "host", stringAt),
    ...optional(json, "port", numberAt),
    ...optional(json, "config_digest", stringAt),
    ...optional(json, "adopted", booleanAt),
    ...optional(json, "stop", stopAt),
    ...optional(json, "depends_on", stringsAt),
    log: stringAt(json, "log"),
    ...optional(json, "log_size", numberAt),
    started_at: stringAt(json, "started_at"),
    ...optional(json, "asked_to_end_at", stringAt),
    ...optional(json, "labels", (fields, key) => stringFields(objectAt(fields[key], key))),
  };
}

/** A field that may be absent, and must be right if it is there. */
function optional<K extends string, T>(
  fields: Fields,
  key: K,
  read: (fields: Fields, key: string) => T,
): { readonly [key in K]?: T } {
  return fields[key] === undefined ? {} : ({ [key]: read(fields, key) } as { [key in K]: T });
}

const { signals } = constants;

type Fields = Readonly<Record<string, unknown>>;

function objectAt(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`${what} must be an object`);
  return value as Fields;
}

function stringAt(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== "string") throw new TypeError(`${key} must be a string`);
  return value;
}

function stringsAt(fields: Fields, key: string): string[] {
  const value = fields[key];
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
    throw new TypeError(`${key} must be an array of strings`);
  return value;
}

function stringFields(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.keys(fields).map((key) => [key, stringAt(fields, key)]));
}

function numberAt(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== "number" || !Number.isInteger(value))
    throw new TypeError(`${key} must be a whole number`);
  return value;
}

function booleanAt(fields: Fields, key: string): boolean {
  const value = fields[key];
  if (typeof value !== "boolean") throw new TypeError(`${key} must be true or false`);
  return value;
}

function stopAt(fields: Fields, key: string): NonNullable<ServiceRecord["stop"]> {
  const stop = objectAt(fields[key], key);
  return { signal: signalAt(stop, "signal"), timeout_ms: numberAt(stop, "timeout_ms") };
}

function signalAt(fields: Fields, key: string): NodeJS.Signals {
  const value = stringAt(fields, key);
  if (!(value in signals)) throw new RangeError(`${key} must be the name of a signal`);
  return value as NodeJS.Signals;
}

// 0, 1 and negative numbers would turn a later kill into one of whole groups, or of everything.
function pidAt(fields: Fields, key: string): number {
  const pid = numberAt(fields, key);
  if (pid < 2) throw new RangeError(`${key} must be above 1`);
  return pid;
}
