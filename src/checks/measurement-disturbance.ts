import { CouldNotRun } from "../harness/define-check.ts";
import { watchEventLoop } from "../harness/event-loop-stalls.ts";

/** How much this process itself was disturbed while something was timed. */
export interface Disturbance {
  /** For how long at most it was held up, in milliseconds. */
  readonly heldUpMs: number;
  /** How late it was for half of the time; left out where only single times are judged. */
  readonly usuallyLateMs?: number;
  /** With how much of being held up a time still tells something. */
  readonly limitMs: number;
}

/** Something that was timed. */
export interface Timed<Seen> extends Disturbance {
  readonly seen: Seen;
}

/** How often it is tried while the machine is busy with something else. */
const ATTEMPTS = 4;

/** What took longer than this is not collected again, in milliseconds: a slow engine's replies are. */
const PATIENCE_MS = 10_000;

/**
 * Collects what is timed; again where this process was held up for longer than the limit of that attempt, in
 * milliseconds, because nobody can tell then what was late. Returns what was disturbed least.
 */
export async function timeUndisturbed<Seen>(
  limitOf: (attempt: number) => number,
  collect: (attempt: number) => Promise<Seen>,
): Promise<Timed<Seen>> {
  const tried: Timed<Seen>[] = [];
  const start = performance.now();
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { result: seen, ...holdUps } = await watchEventLoop(() => collect(attempt));
    const timed = { seen, ...holdUps, limitMs: limitOf(attempt) };
    if (timed.heldUpMs <= timed.limitMs) return timed;
    tried.push(timed);
    if (performance.now() - start > PATIENCE_MS) break;
  }
  return tried.reduce((best, timed) => (shareOf(timed) < shareOf(best) ? timed : best));
}

function shareOf({ heldUpMs, limitMs }: Disturbance): number {
  return heldUpMs / limitMs;
}

/** Throws {@link CouldNotRun} where what came late may have been late because of us. */
export function requireUndisturbed({ heldUpMs, limitMs }: Disturbance): void {
  if (heldUpMs <= limitMs) return;
  throw new CouldNotRun(`this process was held up for ${heldUpMs} ms, so nothing can be timed`);
}

/** A reply passes the engine, the gateway and the HMI, and what holds this process up holds each of them up, if it is not all of them. */
const HOPS = 3;

/**
 * For what is held back once, such as the beginning of a reply.
 *
 * @param delayMs for how long
 * @throws CouldNotRun where each hop of a reply may have been held up for so long
 */
export function requireLongerThanHeldUp({ heldUpMs }: Disturbance, delayMs: number): void {
  if (delayMs >= HOPS * heldUpMs) return;
  throw new CouldNotRun(
    `this process was held up for ${heldUpMs} ms, so it cannot tell what was for ${Math.round(delayMs)} ms`,
  );
}

/**
 * For what is usual, such as a median: it may be over its limit because this process, and all on the same machine, were late as often.
 *
 * @param excessMs by how much it is over its limit
 * @throws CouldNotRun where that is no more than each hop of a reply being as late as this process was
 */
export function requireMoreThanOwnDelay({ usuallyLateMs = 0 }: Disturbance, excessMs: number): void {
  if (excessMs > HOPS * usuallyLateMs) return;
  throw new CouldNotRun(
    `this process was late itself, by ${usuallyLateMs} ms for half of the time, so it cannot tell what was: over the limit by ${Math.round(excessMs)} ms`,
  );
}
