import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { everyone, membersOf, type RecordedIdentity } from "../os/identity.ts";
import type { StateFolder } from "../state.ts";
import type { LogLimits, ProcessIdentity } from "../types.ts";
import { copyPath, logFiles, rotatedFiles } from "./files.ts";
import { withGuard } from "./guard.ts";
import { claimRotation, markStopped } from "./marker.ts";
import { whilePaused } from "./pause.ts";
import { makeRoom, publish, settle } from "./settle.ts";

/** What became of a log. */
export type Rotation =
  | { readonly outcome: "small" }
  /** `pausedMs`: how long the service was stopped for it, to a tenth of a millisecond. */
  | { readonly outcome: "rotated"; readonly bytes: number; readonly pausedMs: number }
  /** It could not be done now, and all is as before. Better not tried again at once: each time copies the log. */
  | { readonly outcome: "postponed"; readonly reason: string };

const BLOCK_BYTES = 256 * 1024;
/** Copying goes on beside a writer until so little is left; or for so many rounds, where the writer is faster. */
const LEFT_BYTES = 64 * 1024;
const MOST_ROUNDS = 20;

/**
 * Rotates a service's log if it has grown beyond its limit: NAME.log.1 becomes .2, and so on, what is in NAME.log
 * becomes .1, and NAME.log is empty. No byte is lost or doubled, although the service keeps its file open and never
 * hears of it; also where this process is killed at any instant: see `withGuard` and `resumeInterrupted`.
 *
 * The log is copied beside its writer, and emptied under it: O_APPEND has it go on at the new end. Only for the last
 * bytes the service is stopped, for some milliseconds, since what it wrote between the last read and the truncation
 * would be lost. Other ways do worse: a pipe to a process that writes the log blocks or kills the service when that
 * process dies; a rename leaves the writer in the old file; copy and truncate without a stop loses lines; and
 * FALLOC_FL_COLLAPSE_RANGE is there on two file systems only.
 *
 * A power failure may cost the last moments, as it does of every log that is not flushed line by line.
 *
 * On macOS, which shows neither marks nor single threads, lines of a process that left the service's group may be
 * lost, if written in these milliseconds.
 *
 * @param leader of the service's process group
 * @throws what the file system refuses, such as ENOSPC; all is as before then
 */
export async function rotateIfLarge(
  state: StateFolder,
  name: string,
  leader: RecordedIdentity,
  limits: LogLimits,
): Promise<Rotation> {
  const { current, marker } = logFiles(state, name);
  const size = statSync(current, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= limits.maxBytes) return { outcome: "small" };
  if (!claimRotation(marker))
    return { outcome: "postponed", reason: "another rotation of it is under way, or was cut off" };
  try {
    const mark = { service: name, stateDir: state.root };
    return await rotate(current, {
      marker,
      find: () => everyone(membersOf(mark, leader)),
      announce: (stopped) => markStopped(marker, stopped),
    });
  } finally {
    // Where this fails, the marker stays: then it is for the next supervisor to clear up.
    settle(current, copyPath(current));
    rmSync(marker, { force: true });
    for (const { path, number } of rotatedFiles(current))
      if (number > limits.keep) rmSync(path, { force: true });
  }
}

interface Members {
  readonly marker: string;
  find(): readonly ProcessIdentity[];
  announce(stopped: readonly ProcessIdentity[]): void;
}

async function rotate(log: string, { marker, find, announce }: Members): Promise<Rotation> {
  const copy = copyPath(log);
  const copying = openCopy(log, copy);
  try {
    await copyBesideWriter(copying);
    makeRoom(log);
    const paused = await withGuard({ log, copy, marker }, () =>
      whilePaused(find, announce, () => swap(copying, log, copy)),
    );
    if ("refused" in paused) return { outcome: "postponed", reason: paused.refused };
    if (!paused.value) return { outcome: "postponed", reason: "somebody else writes to it, or emptied it" };
    const pausedMs = Math.round(paused.pausedMs * 10) / 10;
    return { outcome: "rotated", bytes: copying.copied, pausedMs };
  } finally {
    closeSync(copying.from);
    closeSync(copying.to);
  }
}

/** A copy that grows: descriptors, and how much there is of it. */
interface Copying {
  readonly from: number;
  readonly to: number;
  copied: number;
}

function openCopy(log: string, copy: string): Copying {
  const { O_RDWR, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const from = openSync(log, O_RDWR | O_NOFOLLOW);
  return { from, to: openSync(copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600), copied: 0 };
}

async function copyBesideWriter(copying: Copying): Promise<void> {
  await copyUntilLittleIsLeft(copying);
  // What was long safe on its disk shall not be less safe for having been moved.
  await promisify(fdatasync)(copying.to);
  await copyUntilLittleIsLeft(copying);
}

async function copyUntilLittleIsLeft(copying: Copying): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { size } = fstatSync(copying.from);
    if (size - copying.copied <= LEFT_BYTES) return;
    while (copying.copied < size && copyBlock(copying)) await setImmediate();
  }
}

/**
 * The short part, while nobody writes: the rest is copied, the log emptied, and the copy gets its name. The service
 * goes on only after that, so that a reader who finds the newest rotated file unchanged knows that what it has just
 * read from the log came after it.
 */
function swap(copying: Copying, log: string, copy: string): boolean {
  while (copyBlock(copying));
  if (fstatSync(copying.from).size !== copying.copied) return false;
  ftruncateSync(copying.from, 0);
  publish(log, copy);
  return true;
}

/** Copies the next block; false at the end of the file. */
function copyBlock(copying: Copying): boolean {
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  const length = readSync(copying.from, block, 0, block.length, copying.copied);
  let written = 0;
  while (written < length) {
    written += writeSync(copying.to, block, written, length - written, copying.copied + written);
  }
  copying.copied += length;
  return length > 0;
}
