import { setImmediate as nextTurn } from "node:timers/promises";
import { pauseUnlessAborted } from "./abortable-waits.ts";

/** At most this many tokens go out together, so that an abort is seen soon. */
const GROUP = 64;

/**
 * Hands out tokens as they fall due, the first at once: without a delay in groups, with one as close to
 * that pace as timers allow. Waits for its reader, and does not make up for the time that the reader
 * took. Throws the signal's reason as soon as that is aborted.
 */
export async function* paceTokens<Token>(
  tokens: Iterable<Token>,
  delayMs: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Token[]> {
  const iterator = tokens[Symbol.iterator]();
  let next = iterator.next();
  let due = performance.now();
  for (;;) {
    const now = performance.now();
    const group: Token[] = [];
    while (next.done !== true && due <= now && group.length < GROUP) {
      group.push(next.value);
      due += delayMs;
      next = iterator.next();
    }
    if (group.length > 0) {
      const handedOut = performance.now();
      yield group;
      due += performance.now() - handedOut;
    }
    if (next.done === true) return;
    const wait = due - performance.now();
    await (wait > 0 ? pauseUnlessAborted(wait, signal) : nextTurn());
    signal.throwIfAborted();
  }
}
