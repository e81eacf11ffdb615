import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { parseStat } from "./procfs.ts";

/** As `pid:[4026531836]`: the number is the kernel's own for the first one (PROC_PID_INIT_INO), that of the machine itself. */
const FIRST_NAMESPACE = "pid:[4026531836]";

let known: { readonly name: string | undefined } | undefined;

/**
 * The PID namespace of this process, as `pid:[4026532201]`: a container has one of its own, in which other pids name
 * other processes. Undefined where the OS has none, as macOS. It is of use together with the boot's id alone.
 */
export function ownPidNamespace(): string | undefined {
  known ??= { name: namespaceOf("self") };
  return known.name;
}

/** Whether a recorded namespace is another one than this process's; what has none was recorded before there was a field for it. */
export function isOtherNamespace(recorded: string | undefined): boolean {
  const own = ownPidNamespace();
  return recorded !== undefined && own !== undefined && recorded !== own;
}

/**
 * Whether processes live in another namespace of this boot. A namespace sees those below it, and never those beside
 * and above it: of these it is `unknown`. The first one is there as long as the machine runs.
 */
export function lifeOfNamespace(name: string): "alive" | "ended" | "unknown" {
  if (name === FIRST_NAMESPACE) return "alive";
  const pids = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  if (pids.some((pid) => namespaceOf(pid) === name && !isZombie(pid))) return "alive";
  return ownPidNamespace() === FIRST_NAMESPACE ? "ended" : "unknown";
}

/** Undefined also of a process that has ended, or is another user's. */
function namespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** The first process of a namespace that has ended is one until somebody reaps it. */
function isZombie(pid: string): boolean {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"))?.state === "Z";
  } catch {
    return true;
  }
}
