import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What is in use, in bytes, without what could be collected. */
export function usedHeap(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}
