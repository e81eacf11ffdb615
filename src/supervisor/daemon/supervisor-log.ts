import { copyFileSync, statSync, truncateSync } from "node:fs";
import { type StateFolder, SUPERVISOR, serviceFiles } from "../state-folder.ts";

/** From this size on the supervisor's log is put aside, in bytes; one older part is kept. */
const MOST_BYTES = 1024 * 1024;

/**
 * Keeps the supervisor's own log within its limit. Only for the supervisor, which writes to it synchronously and is the
 * only one that does: so nothing is lost between the copy and the cut.
 *
 * @throws what the OS refuses
 */
export function putOwnLogAside(state: StateFolder, mostBytes = MOST_BYTES): void {
  const { log } = serviceFiles(state, SUPERVISOR);
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) <= mostBytes) return;
  copyFileSync(log, `${log}.1`);
  truncateSync(log);
}
