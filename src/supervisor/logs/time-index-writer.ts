import { statSync } from "node:fs";
import { type StateFolder, writeWhole } from "../state-folder.ts";
import { NO_CUT } from "./log-cut.ts";
import { logFiles, rotatedFiles } from "./log-files.ts";
import {
  appendNote,
  asideText,
  type NotedFile,
  noteText,
  readNotedFiles,
  type TimeNote,
  timeInGap,
} from "./log-time-index.ts";

/** Notes that take more than this are thinned out, those again and again that are old; in bytes. */
const MOST_BYTES = 256 * 1024;

/** Notes when a service's log has grown, for lines that tell no time themselves. Only one for a log at a time. */
export class TimeIndexWriter {
  readonly #current: string;
  readonly #times: string;
  /** What the log was at the last look. */
  #seen: { readonly size: number; readonly time: number } | undefined;

  constructor(state: StateFolder, name: string) {
    const { current, times = "" } = logFiles(state, name);
    this.#current = current;
    this.#times = times;
  }

  /**
   * Looks at the log, and notes how long it is by now. The first look says of what grew before it that nobody watched.
   *
   * @throws what the file system refuses
   */
  look(): void {
    const found = statSync(this.#current, { throwIfNoEntry: false });
    const [size, time] = [found?.size ?? 0, found?.mtimeMs ?? 0];
    if (this.#seen?.size === size && this.#seen.time === time) return;
    const text =
      this.#seen === undefined
        ? this.#firstNote(size, time)
        : changeText(this.#seen.size, { time, offset: size });
    this.#seen = { size, time };
    if (text !== "" && appendNote(this.#times, text) > MOST_BYTES) this.#thinOut();
  }

  #firstNote(size: number, time: number): string {
    const last = readNotedFiles(this.#times).at(-1)?.notes.at(-1);
    return changeText(last?.offset ?? 0, { time: timeInGap(last, time), offset: size });
  }

  #thinOut(): void {
    const inodes = new Set(rotatedFiles(this.#current).map(({ inode }) => inode));
    const files = readNotedFiles(this.#times).filter(({ inode }) => inode === undefined || inodes.has(inode));
    let [notes, text] = [files, files.map(textOf).join("")];
    // Each turn halves what is there, but for the last note on each file.
    for (let before = ""; text.length > MOST_BYTES / 2 && text !== before; ) {
      before = text;
      notes = notes.map((file) => ({ ...file, notes: everySecond(file.notes) }));
      text = notes.map(textOf).join("");
    }
    writeWhole(this.#times, text);
  }
}

/** What is noted of a log that had this many bytes. */
function changeText(before: number, now: TimeNote): string {
  if (now.offset > before) return noteText(now);
  if (now.offset === before) return "";
  // The log was emptied: what was noted is about nothing any more, unless a rotation has put it aside.
  return asideText(0, NO_CUT) + (now.offset === 0 ? "" : noteText(now));
}

/** From the end on, so that the last one stays. */
function everySecond(notes: readonly TimeNote[]): TimeNote[] {
  return notes.filter((_, index) => (notes.length - 1 - index) % 2 === 0);
}

function textOf({ inode, cut, notes }: NotedFile): string {
  return notes.map(noteText).join("") + (inode === undefined ? "" : asideText(inode, cut));
}
