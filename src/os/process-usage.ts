import { readFileSync } from "node:fs";
import { allPids, livingThreads } from "./linux-processes.ts";
import { isDead, parseStatUsage, type StatUsage } from "./procfs.ts";

/** What some processes use together. */
export interface ProcessUsage {
  /** CPU time since their start, user and system, with that of their children that have ended; in milliseconds. */
  readonly cpuMs: number;
  /**
   * Resident memory, in bytes. What processes share is counted for each of them: to divide it, the kernel would walk
   * all their mappings (smaps_rollup), which takes milliseconds a process.
   */
  readonly rssBytes: number;
  /** How many of them live. */
  readonly processes: number;
}

/** What these processes use; those that are gone, or of another user where that hides them, count nothing. */
export function processUsageOf(pids: readonly number[]): ProcessUsage {
  return sum(process.platform === "darwin" ? darwinUsage(pids) : pids.flatMap(linuxUsage));
}

/** What each process group uses, by its id: one look at all processes. */
export function usageByGroup(): ReadonlyMap<number, ProcessUsage> {
  const all = process.platform === "darwin" ? darwinUsage() : allPids().flatMap(linuxUsage);
  const groups = Map.groupBy(all, ({ group }) => group);
  return new Map([...groups].map(([group, members]) => [group, sum(members)]));
}

/**
 * The share of one core that was used between two looks: 1 is a whole core, and more is possible. Never below 0,
 * though CPU time goes down where a process ends that nobody waited for.
 */
export function cpuShare(
  before: Pick<ProcessUsage, "cpuMs">,
  after: Pick<ProcessUsage, "cpuMs">,
  elapsedMs: number,
): number {
  return elapsedMs <= 0 ? 0 : Math.max(0, after.cpuMs - before.cpuMs) / elapsedMs;
}

/** One process. */
interface Member {
  readonly group: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
}

function sum(members: readonly Member[]): ProcessUsage {
  return {
    cpuMs: members.reduce((total, { cpuMs }) => total + cpuMs, 0),
    rssBytes: members.reduce((total, { rssBytes }) => total + rssBytes, 0),
    processes: members.length,
  };
}

/** A clock tick in /proc: 1/100 s, fixed by the kernel's interface to programs (USER_HZ). */
const TICK_MS = 10;

function linuxUsage(pid: number): Member[] {
  const usage = readUsage(pid);
  if (usage === undefined) return [];
  const { group, cpuTicks, residentPages } = usage;
  return [{ group, cpuMs: cpuTicks * TICK_MS, rssBytes: residentPages * pageSize() }];
}

function readUsage(pid: number): StatUsage | undefined {
  const usage = statUsageIn(`/proc/${pid}`);
  if (usage === undefined || !isDead(usage)) return usage;
  const [thread] = livingThreads(pid);
  const rest = thread && statUsageIn(thread.folder);
  return rest && { ...usage, residentPages: rest.residentPages };
}

function statUsageIn(folder: string): StatUsage | undefined {
  try {
    return parseStatUsage(readFileSync(`${folder}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

let knownPageSize: number | undefined;

/** In bytes, from the vector that the kernel gives every program (getauxval(3)): pairs of native 64-bit words. */
function pageSize(): number {
  if (knownPageSize !== undefined) return knownPageSize;
  const bytes = readFileSync("/proc/self/auxv");
  const words = new BigUint64Array(new Uint8Array(bytes).buffer);
  const at = words.findIndex((word, index) => index % 2 === 0 && word === AT_PAGESZ);
  knownPageSize = at < 0 ? USUAL_PAGE_SIZE : Number(words[at + 1]);
  return knownPageSize;
}

const AT_PAGESZ = 6n;
const USUAL_PAGE_SIZE = 4096;

/** By ps, whose CPU time has a resolution of a hundredth of a second; not covered by the tests, which run on Linux. */
function darwinUsage(pids?: readonly number[]): Member[] {
  if (pids?.length === 0) return [];
  // Loaded here, because an import would cost every short command on Linux 2 ms.
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const which = pids === undefined ? ["-ax"] : ["-p", pids.join(",")];
  const env = { ...process.env, LC_ALL: "C" };
  const { stdout } = spawnSync("ps", [...which, "-o", "pgid=,time=,rss="], { encoding: "utf8", env });
  return stdout.split("\n").flatMap(parsePsLine);
}

/** `  4711   0:01.25  48312`: the group, minutes and seconds (`1:02:03.04` has hours), and KiB. */
export function parsePsLine(line: string): Member[] {
  const [group, time, kib] = line.trim().split(/\s+/);
  if (kib === undefined || time === undefined) return [];
  const seconds = time.split(":").reduce((total, part) => total * 60 + Number(part), 0);
  return [{ group: Number(group), cpuMs: seconds * 1000, rssBytes: Number(kib) * 1024 }];
}
