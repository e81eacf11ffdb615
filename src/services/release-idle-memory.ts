import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How often a process looks whether it has become quiet, in milliseconds. */
const LOOK_EVERY_MS = 15_000;

/** Times that a quiet process collects after work: what is kept for late readers goes in the minute after it. */
const COLLECTIONS = 4;

/** Computing time since the last look, in microseconds, that may have left something to return. */
const WORK_US = 1_000_000;

/** Computing time between two looks, in microseconds, that is no work: probes, and a collection. */
const QUIET_US = 300_000;

/**
 * Gives the memory that a busy time took back to the OS once the process is quiet. V8 collects only while something
 * is allocated: without this, a service that wrote 20,000 replies stays at twice its size for as long as nobody
 * writes to it. Compiled code is kept: else the first message after a quiet minute would wait until most of it is
 * compiled anew, and the memory that it takes is not to be seen beside the rest.
 *
 * @param collect for tests: what collects
 */
export function returnMemoryWhenQuiet(collect: () => void = garbageCollector()): void {
  setFlagsFromString("--no-flush-bytecode");
  let lookedAt = computingTime();
  let worked = 0;
  let collectionsLeft = 0;
  const look = (): void => {
    const used = computingTime() - lookedAt;
    worked += used;
    if (worked > WORK_US) {
      collectionsLeft = COLLECTIONS;
      worked = 0;
    }
    if (used < QUIET_US && collectionsLeft > 0) {
      collectionsLeft -= 1;
      collect();
      worked = 0;
    }
    lookedAt = computingTime();
  };
  setInterval(look, LOOK_EVERY_MS).unref();
}

/** Takes about 50 ms each time, in which nothing else happens. Looked up when it is called first. */
export function garbageCollector(): () => void {
  let gc: NodeJS.GCFunction | undefined;
  return () => {
    gc ??= exposedGc();
    // This flavour alone gives pages back.
    gc({ type: "major", execution: "sync", flavor: "last-resort" });
  };
}

/**
 * Flags of V8 are set here and not on the command line: Node's built-in modules come with compiled code, which V8 takes only where
 * it has the flags that they were compiled with. With one flag more Node compiles all of them at each start.
 */
function exposedGc(): NodeJS.GCFunction {
  setFlagsFromString("--expose-gc");
  try {
    return runInNewContext("gc");
  } finally {
    setFlagsFromString("--no-expose-gc");
  }
}

/** Of this process so far, in microseconds. */
function computingTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
