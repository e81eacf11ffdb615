import { messageOf, nodeErrorCode } from "../../errors/thrown-error.ts";
import { isAlive, isStopped } from "../../os/process-identity.ts";
import type { ProcessIdentity } from "../../os/process-table.ts";

/** How long the members of a service may take to stop, in milliseconds. */
const STOP_DEADLINE_MS = 200;
const LOOK_EVERY_MS = 0.2;

/** How a pause went. */
export type Paused<T> =
  | { readonly value: T; readonly pausedMs: number }
  /** Why `fn` was not run: they run on. */
  | { readonly refused: string };

/**
 * Runs `fn` while every member of a service is stopped, so that none of them writes. Without a turn of the event loop:
 * nothing else of this process, such as a start of the service, comes in between.
 *
 * A SIGSTOP lets a write(2) to a file that has begun come to its end before the thread stops; once all threads are
 * seen stopped, nothing is half written. Members are looked for again until no running one is found, because one
 * that still ran may have forked. Whoever was stopped before, by somebody else, is not continued.
 *
 * Hazards: what left the group and dropped the mark of the service is not found; a debugger or a parent that waits
 * for stops (an interactive shell) sees them.
 *
 * @param find the living members
 * @param announce told whom the next signals go to, before they do
 */
export function whilePaused<T>(
  find: () => readonly ProcessIdentity[],
  announce: (stopped: readonly ProcessIdentity[]) => void,
  fn: () => T,
): Paused<T> {
  const stopped: ProcessIdentity[] = [];
  let began: number | undefined;
  try {
    for (;;) {
      const running = find().filter(({ pid }) => !isStopped(pid));
      if (running.length === 0) break;
      stopped.push(...running);
      announce(stopped);
      began ??= performance.now();
      for (const one of running) send(one, "SIGSTOP");
      const late = waitUntilStopped(running, began + STOP_DEADLINE_MS);
      if (late.length > 0)
        return { refused: `${late.join(", ")} did not stop within ${STOP_DEADLINE_MS} ms` };
    }
    const value = fn();
    return { value, pausedMs: began === undefined ? 0 : performance.now() - began };
  } catch (error) {
    if (isRefusal(error)) return { refused: messageOf(error) };
    throw error;
  } finally {
    continueAll(stopped);
  }
}

/** Lets these go on, as far as they are still the same ones. */
export function continueAll(stopped: readonly ProcessIdentity[]): void {
  // Also where it does not look stopped: its SIGSTOP may still be on the way.
  for (const one of stopped) {
    try {
      send(one, "SIGCONT");
    } catch {
      // Who may not be signalled was not stopped either; the others must go on all the same.
    }
  }
}

function send(one: ProcessIdentity, signal: "SIGSTOP" | "SIGCONT"): void {
  if (!isAlive(one)) return;
  try {
    process.kill(one.pid, signal);
  } catch (error) {
    const isGone = nodeErrorCode(error) === "ESRCH";
    if (!isGone) throw error;
  }
}

/** The pids that still run when the time is over. */
function waitUntilStopped(signalled: readonly ProcessIdentity[], deadline: number): number[] {
  for (;;) {
    const running = signalled.filter((one) => isAlive(one) && !isStopped(one.pid));
    if (running.length === 0 || performance.now() > deadline) return running.map(({ pid }) => pid);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS);
  }
}

/** A member of another user may not be stopped. */
function isRefusal(error: unknown): boolean {
  return nodeErrorCode(error) === "EPERM" && (error as NodeJS.ErrnoException).syscall === "kill";
}
