import { spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { tempFolder } from "./temp.ts";

/** A place where writing can be made impossible, for one process at least, and possible again. */
export interface SmallDisk {
  readonly folder: string;
  /** From now on the process with this pid can write no more to its database there. */
  fill(pid: number): void;
  /** It can again. */
  free(pid: number): void;
}

/** A tmpfs of 3 MiB; undefined where this user may mount none. */
export function mountSmallDisk(): SmallDisk | undefined {
  const folder = tempFolder();
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", folder]);
  if (mounted.status !== 0) return undefined;
  onTestFinished(() => {
    spawnSync("umount", ["--lazy", folder]);
  });
  const filler = join(folder, "filler");
  return {
    folder,
    fill() {
      const file = openSync(filler, "w");
      try {
        for (;;) writeSync(file, Buffer.alloc(4096));
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler),
  };
}

/** A folder where no file may grow (RLIMIT_FSIZE, which needs no rights); undefined where there is no prlimit(1). */
export function limitFileSizes(database: string): SmallDisk | undefined {
  if (spawnSync("prlimit", ["--version"]).status !== 0) return undefined;
  const folder = tempFolder();
  const limit = (pid: number, bytes: number | "unlimited"): void => {
    const { status, stderr } = spawnSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`]);
    if (status !== 0) throw new Error(String(stderr));
  };
  return {
    folder,
    fill: (pid) => limit(pid, statSync(join(folder, `${database}-wal`)).size),
    free: (pid) => limit(pid, "unlimited"),
  };
}
