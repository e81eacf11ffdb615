import { fstatSync, ftruncateSync, rmSync, statSync } from "node:fs";
import type { RecordedIdentity } from "../../os/process-identity.ts";
import { everyone, membersOf } from "../../os/process-members.ts";
import type { ProcessIdentity } from "../../os/process-table.ts";
import { serviceMark } from "../service-mark.ts";
import type { LogLimits } from "../service-spec.ts";
import type { StateFolder } from "../state-folder.ts";
import { closeLogCopy, copyBesideWriter, copyRest, type LogCopy, openLogCopy } from "./log-copy.ts";
import { copyNewestPart, type LogCut, NO_CUT } from "./log-cut.ts";
import { copyPath, type LogFiles, logFiles, rotatedFiles } from "./log-files.ts";
import { appendNote, asideText } from "./log-time-index.ts";
import { type Paused, whilePaused } from "./pause-writers.ts";
import { withGuard } from "./rotation-guard.ts";
import { claimRotation, markStopped } from "./rotation-marker.ts";
import { makeRoom, publishRotated, settleRotation } from "./settle-rotation.ts";

/** What became of a log. */
export type Rotation =
  | { readonly outcome: "small" }
  /**
   * `bytes` is what was put aside; `droppedBytes` what was not, because the log had outgrown all that is kept of it;
   * `pausedMs`: how long the service was stopped for it, to a tenth of a millisecond.
   */
  | {
      readonly outcome: "rotated";
      readonly bytes: number;
      readonly droppedBytes: number;
      readonly pausedMs: number;
    }
  /** It could not be done now, and all is as before. Better not tried again at once: each time copies the log. */
  | { readonly outcome: "postponed"; readonly reason: string };

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
 * A log that is larger than all that is kept of it (its own limit and those of the rotated files), because its writer
 * outruns the copy or was not watched, is cut: its newest part is put aside, under a notice of how much is dropped. The
 * same is done where its writers cannot be stopped: lines that they write in these milliseconds are lost then.
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
  const files = logFiles(state, name);
  const { current, marker } = files;
  if (sizeOf(current) <= limits.maxBytes) return { outcome: "small" };
  if (!claimRotation(marker))
    return { outcome: "postponed", reason: "another rotation of it is under way, or was cut off" };
  const mark = serviceMark(name, state);
  const round = new Round(files, limits, () => everyone(membersOf(mark, leader)));
  try {
    return await round.run();
  } finally {
    // Where this fails, the marker stays: then it is for the next supervisor to clear up.
    settleRotation(current, copyPath(current), round.cut);
    rmSync(marker, { force: true });
    removeBeyond(limits, current);
  }
}

/** How many bytes of a log are kept, in all its files. */
export function mostBytesKept({ maxBytes, keep }: LogLimits): number {
  return maxBytes * (keep + 1);
}

/** One rotation of one log. */
class Round {
  readonly #files: LogFiles;
  readonly #limits: LogLimits;
  readonly #findMembers: () => readonly ProcessIdentity[];
  #stopped: readonly ProcessIdentity[] = [];
  cut = NO_CUT;

  constructor(files: LogFiles, limits: LogLimits, findMembers: () => readonly ProcessIdentity[]) {
    this.#files = files;
    this.#limits = limits;
    this.#findMembers = findMembers;
  }

  async run(): Promise<Rotation> {
    const { current: log, marker } = this.#files;
    const path = copyPath(log);
    const copy = openLogCopy(log, path);
    try {
      if (!this.#isTooLarge(copy)) await copyBesideWriter(copy, this.#limits.maxBytes);
      makeRoom(log);
      const paused = await withGuard({ log, copy: path, marker }, () => this.#swapWhilePaused(copy, path));
      if ("refused" in paused) return { outcome: "postponed", reason: paused.refused };
      if (!paused.value) return { outcome: "postponed", reason: "somebody else writes to it, or emptied it" };
      const droppedBytes = this.cut.from;
      const pausedMs = Math.round(paused.pausedMs * 10) / 10;
      return { outcome: "rotated", bytes: copy.copied - droppedBytes, droppedBytes, pausedMs };
    } finally {
      closeLogCopy(copy);
    }
  }

  #isTooLarge({ from }: LogCopy): boolean {
    return fstatSync(from).size > mostBytesKept(this.#limits);
  }

  #swapWhilePaused(copy: LogCopy, path: string): Paused<boolean> {
    const swap = (): boolean => this.#swap(copy, path);
    const paused = whilePaused(this.#findMembers, (stopped) => this.#announce(stopped), swap);
    // Who cannot be stopped must not fill the disk.
    if (!("refused" in paused) || !this.#isTooLarge(copy)) return paused;
    return { value: swap(), pausedMs: 0 };
  }

  /**
   * The short part, while nobody writes: the rest is copied, the log emptied, and the copy gets its name. The service
   * goes on only after that, so that a reader who finds the newest rotated file unchanged knows that what it has just
   * read from the log came after it.
   */
  #swap(copy: LogCopy, path: string): boolean {
    const { current, times } = this.#files;
    if (this.#isTooLarge(copy)) {
      copyNewestPart(copy, this.#limits.maxBytes, (cut) => this.#announceCut(cut));
    } else if (!copyRest(copy)) {
      return false;
    }
    ftruncateSync(copy.from, 0);
    publishRotated(current, path);
    if (times !== undefined) noteAside(times, fstatSync(copy.to).ino, this.cut);
    return true;
  }

  #announce(stopped: readonly ProcessIdentity[]): void {
    this.#stopped = stopped;
    markStopped(this.#files.marker, stopped);
  }

  #announceCut(cut: LogCut): void {
    this.cut = cut;
    markStopped(this.#files.marker, this.#stopped, cut);
  }
}

/** Without it, the times of the rotated lines are not known; the rotation is done all the same. */
function noteAside(times: string, inode: number, cut: LogCut): void {
  try {
    appendNote(times, asideText(inode, cut));
  } catch {
    // The disk is full, or somebody has put something else there.
  }
}

/** Removes the rotated files that are too many, or too large with those that are newer. */
function removeBeyond(limits: LogLimits, current: string): void {
  let bytes = 0;
  for (const { path, number, size } of rotatedFiles(current)) {
    bytes += size;
    if (number > limits.keep || (number > 1 && bytes > mostBytesKept(limits))) rmSync(path, { force: true });
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
