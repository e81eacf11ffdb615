import type { ProcessDetails } from "../types.ts";
import type { ProcessTable } from "./process-table.ts";

/**
 * Processes of macOS, read by ps and sysctl.
 *
 * Not covered by the tests, which run on Linux. Known limits: start times have a resolution of one
 * second; the working folder is not told; environments are not readable, so that only a record leads to
 * a service, and what left its group, or outlived its leader before a stop, is not found.
 */
export const darwin: ProcessTable = {
  identify: details,
  details,
  group(id) {
    return run("ps", ["-axo", "pid=,pgid="])
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number))
      .filter(([, group]) => group === id)
      .flatMap(([pid = 0]) => details(pid) ?? []);
  },
  marked: () => [],
};

// "Mon Jan  5 09:03:01 2026" is five words; the command follows.
const PS_LINE = /^\s*(\S+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/m;

function details(pid: number): ProcessDetails | undefined {
  const found = PS_LINE.exec(run("ps", ["-o", "stat=,user=,lstart=,command=", "-p", String(pid)]));
  const [, state = "", user = "", startTime = "", command = ""] = found ?? [];
  if (found === null || state.startsWith("Z")) return undefined;
  return {
    pid,
    startTime,
    bootId: bootId(),
    command: [command],
    user,
    cwd: undefined,
    startedAt: new Date(startTime),
  };
}

let knownBootId: string | undefined;

function bootId(): string {
  knownBootId ??= run("sysctl", ["-n", "kern.bootsessionuuid"]).trim();
  return knownBootId;
}

/** The output of a command; empty where it failed, as ps does for a pid that is not there. */
function run(file: string, args: readonly string[]): string {
  // Loaded here, because an import would cost every short command on Linux 2 ms.
  const { execFileSync } = process.getBuiltinModule("node:child_process");
  try {
    const env = { ...process.env, LC_ALL: "C" };
    return execFileSync(file, args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
}
