/**
 * Waiting, by time in which this process could see what came. While it is held up, by others on the machine or by its own work,
 * what has come lies unread: that time is nobody's silence.
 */

/** What lies between two looks of the clock, in milliseconds. */
const TICK_MS = 25;

/** More than this between two looks, and the rest is a stall, in milliseconds. */
const MOST_BETWEEN_MS = 2 * TICK_MS;

let waiting = 0;
let ticking: NodeJS.Timeout | undefined;
let lookedAtMs = 0;
let sumMs = 0;

/** Milliseconds so far, without stalls; right only between {@link startClock} and {@link stopClock}. */
function unstalledNow(): number {
  const now = performance.now();
  sumMs += Math.min(now - lookedAtMs, MOST_BETWEEN_MS);
  lookedAtMs = now;
  return sumMs;
}

function startClock(): number {
  if (waiting === 0) {
    lookedAtMs = performance.now();
    ticking = setInterval(unstalledNow, TICK_MS).unref();
  }
  waiting += 1;
  return unstalledNow();
}

function stopClock(): void {
  waiting -= 1;
  if (waiting === 0) clearInterval(ticking);
}

/** A wait that was begun. */
export interface Waiting extends Disposable {
  /** For how long it has been waited, in milliseconds, without stalls of this process. */
  elapsedMs(): number;
}

/** Begins to wait; whoever waits no more disposes of it. */
export function beginWaiting(): Waiting {
  const start = startClock();
  return { elapsedMs: () => unstalledNow() - start, [Symbol.dispose]: stopClock };
}

/**
 * Calls `act` once this process has waited for that long, in milliseconds, and has looked at what came last. Returns what calls it
 * off, also where it was called already.
 */
export function afterWaiting(ms: number, act: () => void): () => void {
  const wait = beginWaiting();
  let timer: NodeJS.Timeout | undefined;
  let looking: NodeJS.Immediate | undefined;
  let isOver = false;
  const callOff = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    clearImmediate(looking);
    wait[Symbol.dispose]();
  };
  const look = (): void => {
    const leftMs = ms - wait.elapsedMs();
    if (leftMs > 0) {
      timer = setTimeout(look, Math.ceil(leftMs)).unref();
      return;
    }
    // What the sockets have is read before it.
    looking = setImmediate(() => {
      callOff();
      act();
    });
  };
  timer = setTimeout(look, ms).unref();
  return callOff;
}

/** As `AbortSignal.timeout`, after that long of waiting, in milliseconds. */
export function abortAfterWaiting(ms: number): AbortSignal {
  const controller = new AbortController();
  afterWaiting(ms, () => controller.abort(new DOMException(`It took longer than ${ms} ms`, "TimeoutError")));
  return controller.signal;
}
