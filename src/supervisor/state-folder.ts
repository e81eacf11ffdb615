import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { EXIT } from "../errors/exit-codes.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { ownerAndMode } from "../files/file-owners.ts";
import {
  makePrivateFolder,
  openNew,
  openToAppend,
  requireOwnFile,
  requireOwnFolder,
} from "../files/private-files.ts";
import { identify } from "../os/process-identity.ts";
import { shellWord } from "../text/shell-word.ts";

/** Where the state of one stack lies; all paths are absolute. */
export interface StateFolder {
  readonly root: string;
  /** Pid files, records and the lock. */
  readonly run: string;
  /** One log file a service. */
  readonly log: string;
}

/** The files of one service. */
export interface ServiceFiles {
  /** The bare pid and a line break. */
  readonly pid: string;
  readonly record: string;
  readonly log: string;
}

/** The name that the supervisor's own files and mark have; no service may have it. */
export const SUPERVISOR = "supervisor";

/** The paths inside a state folder; touches nothing. */
export function stateFolder(dir: string): StateFolder {
  const root = resolve(dir);
  return { root, run: join(root, "run"), log: join(root, "log") };
}

/** The paths of one service's files; touches nothing. */
export function serviceFiles(state: StateFolder, name: string): ServiceFiles {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw new TypeError(`A service name is letters, digits, ".", "_" and "-", not ${JSON.stringify(name)}.`);
  return {
    pid: join(state.run, `${name}.pid`),
    record: join(state.run, `${name}.json`),
    log: join(state.log, `${name}.log`),
  };
}

/**
 * Makes the folders where they are missing, closes them to others, and refuses what is another user's.
 * @throws UserError `state_unwritable`, `foreign_owner`
 */
export function prepareState(state: StateFolder): void {
  prepareRoot(state);
  for (const folder of [state.run, state.log]) {
    refusing(folder, () => {
      makePrivateFolder(folder);
      accessSync(folder, constants.W_OK | constants.X_OK);
    });
  }
}

/** {@link prepareState} for whoever needs no more than the folder itself. */
export function prepareRoot({ root }: StateFolder): void {
  const isNew = refusing(root, () => makePrivateFolder(root));
  if (isNew) writeWhole(join(root, ".gitignore"), "*\n");
}

/**
 * For whoever reads, or is about to ask for something: what is not there yet is in order. What is no folder, is another
 * user's, or cannot be read is not, because it would look as if nothing were there.
 * @throws UserError `state_unwritable`, `state_unreadable`, `foreign_owner`
 */
export function requireReadable(state: StateFolder): void {
  for (const folder of [state.root, state.run, state.log]) {
    const found = refusing(folder, () => lstatSync(folder, { throwIfNoEntry: false }));
    if (found === undefined) continue;
    refusing(folder, () => requireOwnFolder(folder, found));
    const files = reading(folder, () => readdirSync(folder));
    // What else lies in the folder, such as a database or reports, is not of the state.
    const ours =
      folder === state.root ? files.filter((file) => /^(?:wanted|states|last-run)\.json$/.test(file)) : files;
    for (const file of ours) requireReadableFile(join(folder, file));
  }
}

function requireReadableFile(path: string): void {
  reading(path, () => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    // Whoever works here may have removed it meanwhile.
    if (found === undefined || !(found.isFile() || found.isSymbolicLink())) return;
    requireOwnFile(path, found);
    if ((found.mode & OWNER_READ) === 0) throw new Error(`it belongs to ${ownerAndMode(found)}`);
  });
}

const OWNER_READ = 0o400;

/** Writes a file of the state folder whole or not at all, through {@link writeTemporary} and a rename. */
export function writeWhole(path: string, content: string): void {
  const temporary = writeTemporary(path, content);
  refusing(path, () => renameSync(temporary, path));
}

/** Writes a complete file beside `path`, readable by its owner only, and returns its path. */
export function writeTemporary(path: string, content: string): string {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  refusing(path, () => {
    // A left-over of a killed process that had our pid may be linked to a lock: never write into it.
    rmSync(temporary, { force: true });
    const fd = openNew(temporary);
    try {
      writeFileSync(fd, content);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    } finally {
      closeSync(fd);
    }
  });
  return temporary;
}

/** Removes the temporary files that processes left when they were killed while writing. */
export function sweepTemporaries(state: StateFolder): void {
  for (const folder of [state.root, state.run, state.log]) {
    for (const file of readdirSync(folder)) {
      const writer = /^\..+\.(\d+)\.tmp$/.exec(file)?.[1];
      if (writer !== undefined && identify(Number(writer)) === undefined)
        rmSync(join(folder, file), { force: true });
    }
  }
}

/** A log file opened for appending. */
export interface OpenLog {
  /** For the stdio of the service; to be closed by the caller. */
  readonly fd: number;
  /** Size at opening, in bytes: what lies behind it is of this run. */
  readonly size: number;
}

/** Opens a log file, made where it is missing. @throws UserError `state_unwritable`, also for a symlink, `foreign_owner` */
export function openLog(path: string): OpenLog {
  return refusing(path, () => {
    const fd = openToAppend(path);
    return { fd, size: fstatSync(fd).size };
  });
}

/** Runs something that writes; what the OS refuses becomes an error that names the path. */
function refusing<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw unwritable(path, messageOf(error), error);
  }
}

/** Runs something that reads; what the OS refuses becomes an error that names the path. @throws UserError `state_unreadable` */
export function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The error for a file of the state folder that may not be read; its owner's name is in it. */
export function unreadable(path: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const problem = `The state of this stack cannot be read: ${path}: ${messageOf(error)}.`;
  return new UserError("state_unreadable", problem, {
    hint: `It should be a file of your own that you may read: ls -l ${shellWord(path)}`,
    cause: error,
  });
}

function unwritable(path: string, found: string, cause?: unknown): UserError {
  return new UserError(
    "state_unwritable",
    `The state folder must be writable, but ${path} is not: ${found}.`,
    {
      hint: "Make it a folder of your own, or choose another state folder.",
      exitCode: EXIT.unusable,
      cause,
    },
  );
}
