import { statSync } from "node:fs";
import { ifThere, messageOf, nodeErrorCode, withoutStop } from "../../errors/thrown-error.ts";
import { UserError } from "../../errors/user-error.ts";
import { readOwn } from "../../files/private-files.ts";

/** What is in a file of JSON that only programs of ours write. */
export type JsonReading<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "none" }
  /** There is a file, but not one of ours: a person, or a disk, has changed it. */
  | { readonly kind: "damaged"; readonly reason: string }
  /** There is a file, and what is in it is not known: it may not be read, or is another user's. */
  | { readonly kind: "unreadable"; readonly reason: string; readonly error: unknown };

/** Reads a file of JSON; whatever is in it, this does not throw. `isValid` looks as closely as its readers need. */
export function readJson<T>(path: string, isValid: (value: unknown) => value is T): JsonReading<T> {
  try {
    const text = ifThere(() => readOwn(path));
    if (text === undefined) return { kind: "none" };
    const value: unknown = JSON.parse(text);
    if (isValid(value)) return { kind: "value", value };
    return { kind: "damaged", reason: `${path} holds JSON of another kind` };
  } catch (error) {
    const reason = `${path} cannot be read: ${withoutStop(messageOf(error))}`;
    if (error instanceof UserError || nodeErrorCode(error) === "EACCES")
      return { kind: "unreadable", reason, error };
    return { kind: "damaged", reason };
  }
}

/**
 * Tells whether a file is still the one that was read, without reading it. Each write of ours makes another file, so
 * that its number tells two of them apart even within one tick of the clock. Like {@link readJson}, does not throw.
 */
export function fileVersionOf(path: string): string {
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
