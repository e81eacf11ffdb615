import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { EXIT, messageOf, UserError } from "../errors.ts";
import { identify } from "./os/identity.ts";

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

/** Makes the folders where they are missing and checks them. @throws UserError `state_unwritable` */
export function prepareState(state: StateFolder): void {
  refusing(state.root, () => makeFolder(state.root));
  requireFolder(state.root);
  for (const folder of [state.run, state.log]) {
    refusing(folder, () => makeFolder(folder));
    requireFolder(folder);
    refusing(folder, () => {
      chmodSync(folder, 0o700);
      accessSync(folder, constants.W_OK | constants.X_OK);
    });
  }
}

/**
 * For whoever only reads: what is not there yet is in order, what is no folder is not.
 * @throws UserError `state_unwritable`
 */
export function requireReadable({ root }: StateFolder): void {
  const found = refusing(root, () => lstatSync(root, { throwIfNoEntry: false }));
  if (found !== undefined) requireFolder(root);
}

/**
 * Makes a folder and those above it, one by one. Not by Node's own recursion, which never ends where the OS says that
 * a parent is missing which is there, as below /proc.
 */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!existsSync(path)) throw error;
  }
}

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
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const fd = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      writeFileSync(fd, content);
    } finally {
      closeSync(fd);
    }
  });
  return temporary;
}

/** Reads a file of the state folder; a symbolic link is not followed, and throws ELOOP. */
export function readOwn(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return readFileSync(fd, "utf8");
  } finally {
    closeSync(fd);
  }
}

/** Removes the temporary files that processes left when they were killed while writing. */
export function sweepTemporaries(state: StateFolder): void {
  for (const folder of [state.root, state.run]) {
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

/** Opens a log file, made where it is missing. @throws UserError `state_unwritable`, also for a symlink */
export function openLog(path: string): OpenLog {
  return refusing(path, () => {
    const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
    const fd = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
    return { fd, size: fstatSync(fd).size };
  });
}

function requireFolder(path: string): void {
  const found = refusing(path, () => lstatSync(path));
  if (found.isSymbolicLink()) throw unwritable(path, "it is a symbolic link, which is not followed");
  if (!found.isDirectory()) throw unwritable(path, "it is not a folder");
}

/** Runs something that writes; what the OS refuses becomes an error that names the path. */
function refusing<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw unwritable(path, messageOf(error), error);
  }
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
