import { type HeldSocket, lsofArguments, lsofArgumentsOf, parseLsof } from "./lsof.ts";
import type { ProcessDetails, ProcessTable } from "./process-table.ts";

/**
 * Processes of macOS, read by ps, lsof and sysctl.
 *
 * Not covered by the tests, which run on Linux. Known limits: start times have a resolution of one
 * second; arguments come apart at their spaces; the working folder is not told; environments are not readable, so
 * that only a record leads to a service; what left its group, or outlived its leader before a stop, is not found, nor
 * is a daemon followed.
 */
export const darwin: ProcessTable = {
  identify: details,
  details,
  owner: (pid) => details(pid)?.user,
  // A date by the time of day at boot, which is not told anew where somebody sets the clock.
  startOrder: Date.parse,
  markOf: () => undefined,
  executable: (pid) => run("ps", ["-o", "comm=", "-p", String(pid)]).trim() || undefined,
  descendants(pids) {
    const pairs = columns("pid=,ppid=");
    const found = new Set(pids);
    // Parents need not come before their children.
    for (let before = 0; before < found.size; ) {
      before = found.size;
      for (const [pid = 0, parent = 0] of pairs) if (found.has(parent)) found.add(pid);
    }
    return [...found].filter((pid) => !pids.includes(pid)).flatMap((pid) => details(pid) ?? []);
  },
  group(id) {
    return columns("pid=,pgid=")
      .filter(([, group]) => group === id)
      .flatMap(([pid = 0]) => details(pid) ?? []);
  },
  marked: () => [],
  // Of the process as a whole: a thread that is still inside a system call is not seen.
  isStopped: (pid) =>
    run("ps", ["-o", "stat=", "-p", String(pid)])
      .trim()
      .startsWith("T"),
};

/** The listeners on a port that are of this user's processes: lsof shows those of others to root alone. */
export function listenersOnDarwin(port: number): HeldSocket[] {
  return parseLsof(run("lsof", lsofArguments(port)));
}

/** What these processes listen at. */
export function listenersHeldByOnDarwin(pids: readonly number[]): HeldSocket[] {
  return parseLsof(run("lsof", lsofArgumentsOf(pids)));
}

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
    command: command.split(" "),
    user,
    cwd: undefined,
    startedAt: new Date(startTime),
  };
}

/** Numbers about all processes. */
function columns(format: string): number[][] {
  return run("ps", ["-axo", format])
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
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
