import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type StateFolder, serviceFiles } from "../state-folder.ts";

const MOST_LOOKS = 10;

/** Where the log of one service lies. */
export interface LogFiles {
  /** What the service appends to. */
  readonly current: string;
  /** There while a rotation is under way, or was when its process was killed; see `rotate-log.ts`. */
  readonly marker: string;
  /** What is known of when its lines were written; see `log-time-index.ts`. Absent where all lines tell that themselves. */
  readonly times?: string;
}

/** A part of a log that was rotated away: nobody writes to it any more. */
export interface RotatedFile {
  readonly path: string;
  /** 1 is the newest. */
  readonly number: number;
  /** Tells it from every other one, also after it was renamed. */
  readonly key: string;
  readonly inode: number;
  /** In bytes. */
  readonly size: number;
  /** When it was written to last, in milliseconds since 1970. */
  readonly writtenAt: number;
}

/** The paths of a service's log; touches nothing. */
export function logFiles(state: StateFolder, name: string): LogFiles {
  const { log: current } = serviceFiles(state, name);
  return { current, marker: join(state.run, `${name}.rotating`), times: `${current}.times` };
}

/** The path of a rotated part. */
export function rotatedPath(current: string, number: number): string {
  return `${current}.${number}`;
}

/** Where this process copies a log to, before the copy becomes the newest rotated part. */
export function copyPath(current: string): string {
  return `${current}.copy-${process.pid}`;
}

/** The copies that are there: at most one, of whoever rotates now or was killed while doing so. */
export function copiesOf(current: string): string[] {
  const folder = dirname(current);
  const prefix = `${basename(current)}.copy-`;
  return filesIn(folder)
    .filter((file) => file.startsWith(prefix))
    .map((file) => join(folder, file));
}

/** The names of the services with a marker. */
export function markedServices(state: StateFolder): string[] {
  return filesIn(state.run).flatMap((file) => /^([^.].*)\.rotating$/.exec(file)?.[1] ?? []);
}

/** The names of the services with a log. */
export function loggedServices(state: StateFolder): string[] {
  return filesIn(state.log).flatMap((file) => /^([^.].*)\.log$/.exec(file)?.[1] ?? []);
}

/** The rotated parts that are there, the newest first. Numbers may be missing. */
export function rotatedFiles(current: string): RotatedFile[] {
  let files = listRotated(current);
  // While they are renamed, one may be seen under two names or under none.
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const again = listRotated(current);
    if (again.map(keyOf).join() === files.map(keyOf).join()) break;
    files = again;
  }
  return files;
}

function keyOf({ key }: RotatedFile): string {
  return key;
}

function listRotated(current: string): RotatedFile[] {
  const prefix = `${basename(current)}.`;
  const found: RotatedFile[] = [];
  for (const file of filesIn(dirname(current))) {
    const rest = file.slice(prefix.length);
    if (!file.startsWith(prefix) || !/^[1-9]\d*$/.test(rest)) continue;
    const path = join(dirname(current), file);
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) continue;
    // A rename changes neither of the two; an inode alone may be another file's by now.
    const key = `${stat.ino}-${stat.mtimeNs}`;
    const [inode, size, writtenAt] = [Number(stat.ino), Number(stat.size), Number(stat.mtimeMs)];
    found.push({ path, number: Number(rest), key, inode, size, writtenAt });
  }
  return found.sort((a, b) => a.number - b.number);
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
