import { closeSync, readdirSync, readFileSync } from "node:fs";

/** The bit of `flags` in /proc/PID/fdinfo (proc_pid_fdinfo(5)) that says: not for a program that is started. */
const O_CLOEXEC = 0o2000000;

/**
 * Closes what this process has inherited open besides its three standard files, such as the lock of the script that
 * called `stack up`: it and its services would hold that for as long as they live. Node opens nothing of its own
 * without close-on-exec, which tells the two apart. Where /proc does not show that, all stays open.
 */
export function closeInherited(): void {
  for (const fd of openFiles()) {
    if (fd > 2 && isInherited(fd)) closeSync(fd);
  }
}

function openFiles(): number[] {
  try {
    return readdirSync("/proc/self/fdinfo").map(Number);
  } catch {
    return [];
  }
}

function isInherited(fd: number): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & O_CLOEXEC) === 0;
  } catch {
    // That of the folder which was listed.
    return false;
  }
}
