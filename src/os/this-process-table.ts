import { existsSync } from "node:fs";
import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { darwin } from "./darwin-processes.ts";
import { linux } from "./linux-processes.ts";
import type { ProcessTable } from "./process-table.ts";

/** The processes of the system that this runs on. Throws what {@link requireProcessTable} does. */
export function processes(): ProcessTable {
  requireProcessTable();
  return process.platform === "linux" ? linux : darwin;
}

let isThere = false;

/**
 * For whoever would take what it cannot see for what is not there.
 *
 * @throws UserError `processes_hidden` where processes cannot be looked at
 */
export function requireProcessTable(): void {
  isThere ||=
    process.platform === "darwin" || (process.platform === "linux" && existsSync("/proc/self/stat"));
  if (isThere) return;
  if (process.platform === "linux") {
    throw hidden(
      "Processes are seen in /proc, which is not mounted here.",
      "Mount it: mount -t proc proc /proc",
    );
  }
  const message = `Services can be supervised on Linux and macOS, not on ${process.platform}.`;
  throw hidden(message, "On Windows, stack runs in WSL.");
}

function hidden(message: string, hint: string): UserError {
  return new UserError("processes_hidden", message, { hint, exitCode: EXIT.unusable });
}
