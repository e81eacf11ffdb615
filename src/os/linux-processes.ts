import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from "node:fs";
import { nameOfUser } from "../files/user-names.ts";
import {
  MARK,
  type Mark,
  type ProcessDetails,
  type ProcessIdentity,
  type ProcessTable,
} from "./process-table.ts";
import {
  endsInListener,
  isDead,
  type ListeningSocket,
  type ProcessStat,
  parseSocketTable,
  parseStat,
} from "./procfs.ts";

/** ElapsedTime ticks a second in /proc: fixed by the kernel's interface to programs (USER_HZ), whatever its own clock. */
const TICKS_PER_SECOND = 100;

/** Processes of Linux, read from /proc. */
export const linux: ProcessTable = {
  identify(pid) {
    const stat = living(pid);
    return stat && identity(pid, stat);
  },

  owner,

  startOrder: Number,

  executable: (pid) => linkOf(pid, "exe"),

  descendants(pids) {
    const children = new Map<number, number[]>();
    for (const pid of allPids()) {
      const parent = parentOf(pid);
      if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
    }
    const found = new Set<number>();
    const collect = (pid: number): void => {
      for (const child of children.get(pid) ?? []) {
        // A pid that is used again between two reads could close a circle.
        if (found.has(child)) continue;
        found.add(child);
        collect(child);
      }
    };
    pids.forEach(collect);
    return [...found].filter((pid) => !pids.includes(pid)).flatMap((pid) => linux.identify(pid) ?? []);
  },

  markOf(pid) {
    const environment = environmentOf(pid);
    const service = variable(environment, MARK.service);
    const stateDir = variable(environment, MARK.stateDir);
    return service === undefined || stateDir === undefined ? undefined : { service, stateDir };
  },

  details(pid): ProcessDetails | undefined {
    const stat = living(pid);
    const user = owner(pid);
    if (stat === undefined || user === undefined) return undefined;
    const command = commandOf(pid);
    const uptime = Number(read("/proc/uptime")?.split(" ")[0]);
    const age = uptime - Number(stat.startTime) / TICKS_PER_SECOND;
    return {
      ...identity(pid, stat),
      command: command.length > 0 ? command : [read(`/proc/${pid}/comm`)?.trim() ?? "unknown program"],
      user,
      cwd: linkOf(pid, "cwd"),
      startedAt: new Date(Date.now() - age * 1000),
    };
  },

  group(id) {
    return select(allPids(), (_, stat) => stat.group === id);
  },

  marked(mark) {
    // Most processes are told apart by this alone. Of the others it must be known who they are before it is looked at
    // what they carry: else a pid that is used again in between would pass for a member.
    const likely = allPids().filter((pid) => carries(pid, mark));
    const marked = select(likely, (pid) => carries(pid, mark));
    return marked.sort((a, b) => Number(a.startTime) - Number(b.startTime));
  },

  isStopped(pid) {
    const states = livingThreads(pid).map(({ state }) => state);
    // A small t is a debugger's stop, which ends when the debugger likes.
    return states.length > 0 && states.every((state) => state === "T");
  },
};

/** Every listening TCP socket of this network namespace. */
export function listeningSockets(): ListeningSocket[] {
  const tables = hasTcp6() ? ["/proc/net/tcp", "/proc/net/tcp6"] : ["/proc/net/tcp"];
  return tables.flatMap((path) => parseSocketTable(optional(() => readListeners(path)) ?? ""));
}

/**
 * Whether there may be TCP sockets of IPv6. A machine that uses none is spared the look: to find that nothing is there
 * the kernel walks through a table that has room for all connections, for some milliseconds.
 */
function hasTcp6(): boolean {
  return !/^TCP6: inuse 0$/m.test(read("/proc/net/sockstat6") ?? "");
}

/**
 * The process that holds each of these sockets, as far as this user may see.
 *
 * A socket may be held by several processes (a forked worker beside its parent). The first one found is
 * named: `suspects` are looked at before all others, which saves the walk over /proc where they hold it.
 */
export function socketOwners(inodes: readonly string[], suspects: readonly number[]): Map<string, number> {
  const owners = new Map<string, number>();
  const wanted = new Set(inodes.map((inode) => `socket:[${inode}]`));
  const search = (pids: readonly number[]) => {
    for (const pid of pids) {
      if (owners.size === wanted.size) return;
      for (const target of openFiles(pid)) {
        const inode = target.slice("socket:[".length, -1);
        if (wanted.has(target) && !owners.has(inode)) owners.set(inode, pid);
      }
    }
  };
  search(suspects);
  if (owners.size < wanted.size) search(allPids());
  return owners;
}

/** The listening sockets that these processes hold, as far as this user may see. */
export function listenersHeldBy(pids: readonly number[]): ListeningSocket[] {
  const held = new Set(pids.flatMap(openFiles));
  return listeningSockets().filter(({ inode }) => held.has(`socket:[${inode}]`));
}

/** The pids of all processes; some may be gone by now. */
export function allPids(): number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

/** The pid of a living process's parent; 0 for the first process of a machine or a container. */
export function parentOf(pid: number): number | undefined {
  return living(pid)?.parent;
}

/** Program and arguments, without a look at anything else of the process; empty where it has none. */
export function commandOf(pid: number): string[] {
  return textOf(pid, "cmdline")?.split("\0").slice(0, -1) ?? [];
}

/** Lines `NAME=value`; empty where this user may not see them. */
export function environmentOf(pid: number): string[] {
  return textOf(pid, "environ")?.split("\0") ?? [];
}

/** The text of /proc/PID/cgroup (cgroups(7)): everybody's may be read. */
export function cgroupOf(pid: number): string {
  return read(`/proc/${pid}/cgroup`) ?? "";
}

/** The pids of a user's processes. */
export function processesOfUser(user: string): number[] {
  return allPids().filter((pid) => owner(pid) === user);
}

/** The network namespace of a process; undefined where this user may not see it. */
export function networkOf(pid: number): string | undefined {
  return linkOf(pid, "ns/net");
}

/** Whether a process holds a listening TCP socket; undefined where this user may not see its open files. */
export function holdsListener(pid: number): boolean | undefined {
  const files = openFiles(pid);
  if (files.length === 0) return undefined;
  const listening = new Set(listeningSockets().map(({ inode }) => `socket:[${inode}]`));
  return files.some((file) => listening.has(file));
}

/**
 * The beginning of a socket table, with all listeners: the kernel lists them before all connections
 * (Documentation/networking/proc_net_tcp.rst), of which there may be tens of thousands that have ended.
 */
function readListeners(path: string): string {
  const fd = openSync(path, "r");
  try {
    const block = Buffer.alloc(BLOCK_BYTES);
    let [text, bytes] = ["", 0];
    do {
      bytes = readSync(fd, block);
      text += block.toString("latin1", 0, bytes);
    } while (bytes > 0 && endsInListener(text));
    return text;
  } finally {
    closeSync(fd);
  }
}

/** A few lines: to fill a whole page, the kernel would go on through the connections, for a millisecond or more. */
const BLOCK_BYTES = 512;

function select(
  pids: readonly number[],
  wanted: (pid: number, stat: ProcessStat) => boolean,
): ProcessIdentity[] {
  return pids.flatMap((pid) => {
    const stat = living(pid);
    return stat && wanted(pid, stat) ? [identity(pid, stat)] : [];
  });
}

/** A process lives as long as any of its threads, which need not be the first: what they share is there until the last has ended. */
function living(pid: number): ProcessStat | undefined {
  const stat = parseStat(read(`/proc/${pid}/stat`) ?? "");
  if (stat === undefined || !isDead(stat)) return stat;
  return livingThreads(pid).length > 0 ? stat : undefined;
}

/** One thread of a process. */
interface LivingThread extends ProcessStat {
  /** Its folder in /proc. */
  readonly folder: string;
}

/** The threads of a process that have not ended. */
export function livingThreads(pid: number): LivingThread[] {
  const threads = optional(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  return threads.flatMap((thread) => {
    const folder = `/proc/${pid}/task/${thread}`;
    const stat = parseStat(read(`${folder}/stat`) ?? "");
    return stat === undefined || isDead(stat) ? [] : [{ ...stat, folder }];
  });
}

/**
 * What is found in the folder of a process; where its first thread has ended, and so tells nothing any more of what the threads
 * share, in that of one that has not.
 */
function inFolderOf<T>(pid: number, find: (folder: string) => T | undefined): T | undefined {
  const found = find(`/proc/${pid}`);
  if (found !== undefined) return found;
  const first = parseStat(read(`/proc/${pid}/stat`) ?? "");
  const [thread] = first !== undefined && isDead(first) ? livingThreads(pid) : [];
  return thread && find(thread.folder);
}

function textOf(pid: number, file: "cmdline" | "environ"): string | undefined {
  return inFolderOf(pid, (folder) => read(`${folder}/${file}`) || undefined);
}

function linkOf(pid: number, link: "exe" | "cwd" | "ns/net"): string | undefined {
  return inFolderOf(pid, (folder) => optional(() => readlinkSync(`${folder}/${link}`)));
}

function identity(pid: number, { startTime }: ProcessStat): ProcessIdentity {
  return { pid, startTime, bootId: bootId() };
}

let knownBootId: string | undefined;

function bootId(): string {
  knownBootId ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return knownBootId;
}

/**
 * By the effective user id. Not by the owner of the process's folder, who is root where a program hides its memory
 * (PR_SET_DUMPABLE), which it may do at any time.
 */
function owner(pid: number): string | undefined {
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return uid === undefined ? undefined : nameOfUser(Number(uid));
}

function variable(environment: readonly string[], name: string): string | undefined {
  return environment.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
}

function carries(pid: number, mark: Mark): boolean {
  // Searched as a whole: of most processes it need not be taken apart.
  const environment = `\0${textOf(pid, "environ") ?? ""}\0`;
  const { service, stateDir, formerly = [] } = mark;
  return (
    environment.includes(`\0${MARK.service}=${service}\0`) &&
    [stateDir, ...formerly].some((path) => environment.includes(`\0${MARK.stateDir}=${path}\0`))
  );
}

function openFiles(pid: number): string[] {
  const files = inFolderOf(pid, (folder) => {
    const descriptors = optional(() => readdirSync(`${folder}/fd`)) ?? [];
    const targets = descriptors.flatMap((fd) => optional(() => readlinkSync(`${folder}/fd/${fd}`)) ?? []);
    return targets.length > 0 ? targets : undefined;
  });
  return files ?? [];
}

function read(path: string): string | undefined {
  return optional(() => readFileSync(path, "utf8"));
}

/** The value, or undefined: a process may vanish between two reads, or belong to another user. */
function optional<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
