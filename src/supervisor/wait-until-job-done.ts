import { setTimeout as delay } from "node:timers/promises";
import type { Launch } from "./launch-service.ts";
import type { ServiceSpec } from "./service-spec.ts";
import { startFailed } from "./start-failed.ts";
import type { StateFolder } from "./state-folder.ts";
import { stopRun } from "./wait-until-ready.ts";

/**
 * Waits until a job that was launched has ended, for as long as its spec allows, and clears away what it left behind:
 * processes and record. Not for the holder of the lock: this takes it where it has to.
 *
 * @returns 0, or null where nobody of ours is its parent, and so could see how it ended
 * @throws StartFailure with the last lines of the log, where it failed
 */
export async function waitUntilJobDone(
  spec: ServiceSpec,
  state: StateFolder,
  { record, exit, ended, logSize }: Launch,
): Promise<0 | null> {
  const timeoutMs = spec.startTimeoutMs;
  // Its end aborts the wait, which is looked up below.
  if (timeoutMs !== undefined) await Promise.allSettled([delay(timeoutMs, undefined, { signal: ended })]);
  const isLate = timeoutMs !== undefined && !ended.aborted;
  const end = isLate ? undefined : await exit;
  await stopRun(record, state);
  if (end === undefined)
    throw await startFailed(spec, state, `it was not done after ${timeoutMs} ms (start_timeout_ms)`, logSize);
  const { code, signal } = end;
  if (code === 0) return code;
  if (code === null && signal === null) return null;
  throw await startFailed(spec, state, String(ended.reason), logSize, end);
}
