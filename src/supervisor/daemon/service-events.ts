import { closeSync, renameSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { openToAppend, readOwn } from "../../files/private-files.ts";
import type { StateFolder } from "../state-folder.ts";
import type { LockedState } from "../state-lock.ts";
import type { ServiceEvent } from "../supervisor-protocol.ts";
import { isObject } from "./json-file.ts";

/** The file of events, one JSON object a line; touches nothing. The one before it is beside it, with `.1`. */
export function eventsFile(state: StateFolder): string {
  return join(state.log, "events.ndjson");
}

/** From this size on the file is put aside, in bytes. */
const MOST_BYTES = 5 * 1024 * 1024;

/**
 * Adds an event: what the supervisor has seen, or what a command did that holds the state's lock.
 *
 * @throws what the OS refuses, also for a symlink
 */
export function appendEvent(state: StateFolder, event: ServiceEvent): void {
  const path = eventsFile(state);
  const fd = openToAppend(path);
  try {
    // In one write, so that no reader sees half a line and a kill leaves none.
    writeSync(fd, `${JSON.stringify(event)}\n`);
  } finally {
    closeSync(fd);
  }
}

/** Puts a large file aside; only for the recorded supervisor, because two who do it at once lose what is there. */
export function putEventsAside(state: StateFolder): void {
  const path = eventsFile(state);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  // Who has opened it meanwhile writes to the same file under its new name.
  if (size > MOST_BYTES) renameSync(path, `${path}.1`);
}

/** Writes down what a command did, which goes on whatever the disk says. */
export function noteDeed(state: LockedState, deed: Omit<ServiceEvent, "time">): void {
  try {
    appendEvent(state, { time: new Date().toISOString(), ...deed });
  } catch {
    // It was done, whether or not it could be written down.
  }
}

/** All events that are kept, oldest first. Lines that are no events, as a full disk may leave them, are passed over. */
export function readEvents(state: StateFolder): ServiceEvent[] {
  const path = eventsFile(state);
  return [`${path}.1`, path].flatMap((file) => linesOf(file).flatMap(parseEvent));
}

function linesOf(path: string): string[] {
  try {
    return readOwn(path).split("\n");
  } catch {
    return [];
  }
}

/** The event of a line; none where it holds something else. */
export function parseEvent(line: string): ServiceEvent[] {
  try {
    const event: unknown = JSON.parse(line);
    const isEvent =
      isObject(event) && typeof event["time"] === "string" && typeof event["event"] === "string";
    return isEvent ? [event as unknown as ServiceEvent] : [];
  } catch {
    return [];
  }
}
