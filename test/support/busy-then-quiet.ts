/**
 * A process that is busy and then quiet; only its clock is not real. Prints one JSON line: the heap in MiB, and how often was
 * collected, after each look of `release-idle-memory.ts`; and the compiled code of many functions in KiB, before and after that.
 */
import { mock } from "node:test";
import { getHeapCodeStatistics } from "node:v8";
import { garbageCollector, returnMemoryWhenQuiet } from "../../src/services/release-idle-memory.ts";

const LOOK_MS = 15_000;

let collections = 0;
const gc = garbageCollector();
const collect = (): void => {
  collections += 1;
  gc();
};
mock.timers.enable({ apis: ["setInterval"] });
returnMemoryWhenQuiet(collect);

const looks: { heap: number; collections: number }[] = [];
const look = (): void => {
  mock.timers.tick(LOOK_MS);
  looks.push({ heap: Math.round(process.memoryUsage().heapUsed / 2 ** 20), collections });
};

/** What a busy time leaves behind: old objects that nobody needs any more. */
function work(): void {
  const kept: number[][] = [];
  const start = process.cpuUsage();
  for (let used = 0; used < 1_200_000; ) {
    if (kept.length < 1_000) kept.push(Array.from({ length: 10_000 }, (_, index) => index * kept.length));
    const { user, system } = process.cpuUsage(start);
    used = user + system;
  }
}

/** Functions that have been called once. */
const functions = Array.from(
  { length: 3_000 },
  (_, index) => new Function("a", `return [${index}, a, ${index} + a];`),
);
for (const each of functions) each(1);

const before = compiledKiB();
look();
work();
for (let quiet = 0; quiet < 7; quiet += 1) look();
work();
look();
look();
process.stdout.write(
  JSON.stringify({ looks, compiled: [before, compiledKiB()], functions: functions.length }),
);

function compiledKiB(): number {
  return Math.round(getHeapCodeStatistics().bytecode_and_metadata_size / 1024);
}
