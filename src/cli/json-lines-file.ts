import { closeSync, fchmodSync, openSync, writeSync } from "node:fs";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";

/** A file to which values are added, one line of JSON each. */
export interface RecordFile {
  add(value: unknown): void;
  close(): void;
}

/**
 * Opens a file for what passed on a wire: nobody's business but its owner's, so nobody else may read it. What it
 * holds is kept. Throws a UserError, also while it is written.
 */
export function openRecordFile(file: string): RecordFile {
  const orExplain = <Result>(act: () => Result): Result => {
    try {
      return act();
    } catch (error) {
      throw new UserError("report_unwritable", `The record ${file} cannot be written: ${messageOf(error)}.`, {
        hint: "Choose a file that can be written.",
        cause: error,
      });
    }
  };
  const descriptor = orExplain(() => {
    const opened = openSync(file, "a", 0o600);
    // One that was there already may be open to others.
    fchmodSync(opened, 0o600);
    return opened;
  });
  return {
    add: (value) => orExplain(() => writeSync(descriptor, `${JSON.stringify(value)}\n`)),
    close: () => closeSync(descriptor),
  };
}
