import { readFileSync, statSync } from "node:fs";
import { messageOf } from "../../errors.ts";

/** What is in a file of JSON that only programs of ours write. */
export type JsonReading<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "none" }
  /** There is a file, but not one of ours: a person, or a disk, has changed it. */
  | { readonly kind: "damaged"; readonly reason: string };

/** Reads a file of JSON; whatever is in it, this does not throw. `isValid` looks as closely as its readers need. */
export function readJson<T>(path: string, isValid: (value: unknown) => value is T): JsonReading<T> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (isValid(value)) return { kind: "value", value };
    return { kind: "damaged", reason: `${path} holds JSON of another kind` };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { kind: "none" };
    return { kind: "damaged", reason: `${path} cannot be read: ${messageOf(error)}` };
  }
}

/**
 * Tells whether a file is still the one that was read, without reading it. Each write of ours makes another file, so
 * that its number tells two of them apart even within one tick of the clock. Like {@link readJson}, does not throw.
 */
export function versionOf(path: string): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? "none" : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
  } catch (error) {
    return messageOf(error);
  }
}

/** Whether a value is an object with names, and no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
