import { type Dirent, type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ifThere, nodeErrorCode } from "../../errors/thrown-error.ts";

export interface FileWatchOptions {
  /** Absolute paths of files and folders; all below a folder counts. */
  readonly paths: readonly string[];
  /** Absolute path of a folder that is passed over: what a supervisor writes itself. */
  readonly except: string;
  /** Told of a change once it is over, with the first file that it was seen in. */
  readonly onChange: (file: string) => void;
  /** Told, once, that not all can be watched, and why. */
  readonly onLimit: (reason: string) => void;
}

/** More folders than this are not watched: each costs the kernel memory, and some systems allow 8192 a user. */
export const MOST_FOLDERS = 1000;
/** A change is over when nothing more has come for this long, in milliseconds: editors and git write many files at once. */
const QUIET_MS = 200;
/** It is told after this at the latest. */
const LONGEST_MS = 2000;

const IGNORED_FOLDERS: ReadonlySet<string> = new Set([
  "node_modules",
  ".git",
  ".hg",
  ".venv",
  "venv",
  "__pycache__",
  ".pytest_cache",
  ".mypy_cache",
  ".ruff_cache",
]);
/** What programs and editors write beside the sources. 4913 is how vim asks whether it may write a folder. */
const IGNORED_FILES = /(?:~|\.sw[a-z]|\.pyc|\.log|\.tmp|-journal|-wal|-shm)$|^\.#|^4913$/;

/**
 * Watches files and folders for changes, one inotify watch a folder: a file that an editor replaces by another one of
 * its name is seen too, and folders that are made later are watched from then on. Symbolic links are not followed.
 * Costs nothing while nothing changes.
 */
export class FileWatch {
  readonly #options: FileWatchOptions;
  /** By folder. */
  readonly #watchers = new Map<string, FSWatcher>();
  #isLimitTold = false;
  #first: { readonly file: string; readonly at: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: FileWatchOptions) {
    this.#options = options;
    for (const path of options.paths) {
      if (isFolder(path)) this.#watchBelow(path);
      // By its folder: a watch of the file itself would go on with what was renamed away.
      else this.#watchFolder(dirname(path));
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watchBelow(folder: string): void {
    if (!this.#watchFolder(folder)) return;
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && this.#counts(path)) this.#watchBelow(path);
    }
  }

  /** False where it is watched already, or cannot be. */
  #watchFolder(folder: string): boolean {
    if (this.#watchers.has(folder)) return false;
    if (this.#watchers.size >= MOST_FOLDERS) return this.#tellLimit(`more than ${MOST_FOLDERS} folders`);
    try {
      const note = (name: string | null): void => {
        if (name !== null) this.#note(join(folder, name));
      };
      // Another one may have removed it meanwhile.
      const watcher = ifThere(() => watch(folder, { persistent: false }, (_, name) => note(name)));
      if (watcher === undefined) return false;
      watcher.on("error", () => this.#forget(folder));
      this.#watchers.set(folder, watcher);
      return true;
    } catch (error) {
      return this.#tellLimit(`${folder}: ${nodeErrorCode(error)}`);
    }
  }

  #tellLimit(reason: string): false {
    if (!this.#isLimitTold) this.#options.onLimit(reason);
    this.#isLimitTold = true;
    return false;
  }

  #forget(folder: string): void {
    for (const [path, watcher] of this.#watchers) {
      if (path !== folder && !path.startsWith(join(folder, "/"))) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
  }

  #note(path: string): void {
    if (!this.#counts(path)) return;
    const { paths } = this.#options;
    const isBelow = paths.some((each) => path === each || path.startsWith(join(each, "/")));
    if (!isBelow) return;
    // One that was removed may be made anew, under another inode.
    if (this.#watchers.has(path)) this.#forget(path);
    if (isFolder(path)) this.#watchBelow(path);
    this.#first ??= { file: path, at: performance.now() };
    const longest = this.#first.at + LONGEST_MS - performance.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), Math.max(0, Math.min(QUIET_MS, longest)));
    this.#timer.unref();
  }

  #tell(): void {
    const file = this.#first?.file;
    this.#first = undefined;
    if (file !== undefined) this.#options.onChange(file);
  }

  #counts(path: string): boolean {
    const { except, paths } = this.#options;
    if (path === except || path.startsWith(join(except, "/"))) return false;
    // What was named counts, whatever it is called.
    const roots = paths.filter((each) => path.startsWith(join(each, "/")));
    const root = roots.toSorted((one, other) => other.length - one.length)[0] ?? dirname(path);
    const names = path.slice(root.length + 1).split("/");
    return (
      paths.includes(path) ||
      (names.every((name) => !IGNORED_FOLDERS.has(name)) && !IGNORED_FILES.test(basename(path)))
    );
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // It was removed meanwhile, or may not be read.
    return [];
  }
}
