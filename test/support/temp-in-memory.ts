import { readFileSync, statfsSync } from "node:fs";

/** Where Linux keeps a file system in memory for everybody. */
const SHARED_MEMORY = "/dev/shm";

/** What the tests leave of it in the worst case: logs that are flooded, databases that are copied. */
const ENOUGH_BYTES = 4 * 2 ** 30;

/**
 * Lets the temporary folders of all tests be in memory, where there is enough of it: what is written must be on disk before
 * most calls are answered, and a disk that all workers share takes more time for that than everything else they do.
 */
export function setup(): void {
  if (process.env["TMPDIR"] === undefined && isFit()) process.env["TMPDIR"] = SHARED_MEMORY;
}

/** Containers have little of it, and may run no program from there. */
function isFit(): boolean {
  try {
    const mount = readFileSync("/proc/mounts", "utf8").match(/^\S+ \/dev\/shm tmpfs (\S+)/m);
    const { bavail, bsize } = statfsSync(SHARED_MEMORY);
    return mount !== null && !mount[1]?.split(",").includes("noexec") && bavail * bsize >= ENOUGH_BYTES;
  } catch {
    return false;
  }
}
