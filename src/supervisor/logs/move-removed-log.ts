import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { isSameProcess } from "../../os/process-identity.ts";
import type { ServiceRecord } from "../service-spec.ts";
import { openLog } from "../state-folder.ts";

const BLOCK_BYTES = 256 * 1024;
const OUTPUTS = [1, 2] as const;
/** What the kernel puts behind the path of an open file that has no name any more (proc_pid_fd(5)). */
const REMOVED = " (deleted)";

/**
 * Where the log of a running service can still be reached that somebody has removed: the service goes on writing to
 * it, and nobody finds it by its name. Undefined where it is in order, and where the OS does not tell, as macOS.
 */
export function findRemovedLog(
  record: Pick<ServiceRecord, "pid" | "log"> & Parameters<typeof isSameProcess>[0],
): string | undefined {
  const removed = realPath(record.log) + REMOVED;
  const path = OUTPUTS.map((fd) => `/proc/${record.pid}/fd/${fd}`).find((path) => targetOf(path) === removed);
  return path !== undefined && isSameProcess(record) ? path : undefined;
}

/**
 * Moves what a service has written to a removed log to the end of a new one by its name. What it writes in the
 * instant between the last look and the truncation would be lost: it is not stopped for that, as for a rotation.
 *
 * @param removed see {@link findRemovedLog}
 */
export function moveRemovedLog(removed: string, log: string): void {
  const from = openSync(removed, "r+");
  const to = openLog(log);
  try {
    const block = Buffer.allocUnsafe(BLOCK_BYTES);
    // One block beyond the size as it is now, for what comes meanwhile: a flood would be copied for ever.
    const most = fstatSync(from).size + block.length;
    for (let copied = 0, length = -1; copied < most && length !== 0; copied += length) {
      length = readSync(from, block, 0, block.length, copied);
      writeAll(to.fd, block.subarray(0, length));
    }
    ftruncateSync(from, 0);
  } finally {
    closeSync(from);
    closeSync(to.fd);
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}

function realPath(log: string): string {
  try {
    return join(realpathSync(dirname(log)), basename(log));
  } catch {
    // Its folder was removed too.
    return log;
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
