import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { nodeErrorCode } from "../errors/thrown-error.ts";
import { foreignOwner, isOwnedByUs, isSafeDirectory, mayOthersWrite, ownerAndMode } from "./file-owners.ts";
import { makeFolders } from "./make-folders.ts";

/**
 * Folders and files that are this user's alone: made with no right for anybody else from the first moment on, closed
 * to others where they were open, and refused where they are another user's or stand behind a symbolic link.
 *
 * All of these throw a UserError `foreign_owner` for what is another user's, and else what the OS says, or an Error
 * whose message is the end of a sentence about the path.
 */

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;

const FOR_OTHERS = 0o077;
const STICKY = 0o1000;

/** Makes a folder of this user's alone, and those above it that are missing; returns whether it was not there. */
export function makePrivateFolder(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return makeFolder(path);
  requireOwnFolder(path, found);
  if (isSharedFolder(path, found)) {
    if (mayOthersWrite(found))
      throw new Error(`it is for other things too, and others may write it: ${ownerAndMode(found)}`);
  } else if ((found.mode & FOR_OTHERS) !== 0) closeFolder(path);
  return false;
}

/** Refuses what is no folder, is behind a symbolic link, or is another user's. */
export function requireOwnFolder(path: string, found: Stats = lstatSync(path)): void {
  if (found.isSymbolicLink()) throw new Error("it is a symbolic link, which is not followed");
  if (!found.isDirectory()) throw new Error("it is not a folder");
  if (!isOwnedByUs(found)) throw foreignOwner(path, found);
}

/** Makes missing folders. Root, whom nobody keeps from it, makes none among another user's files. */
function makeFolder(path: string): boolean {
  let isNew = false;
  makeFolders(path, (folder) => {
    isNew = makeOne(folder);
  });
  return isNew;
}

function makeOne(path: string): boolean {
  requireRoomOfOurs(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!existsSync(path)) throw error;
    requireOwnFolder(path);
    return false;
  }
}

/** What root makes in a user's folder, the user can never change. Where there is none, making it will tell. */
function requireRoomOfOurs(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined || process.geteuid?.() !== 0 || isOwnedByUs(found)) return;
  if (!isSafeDirectory(folder)) throw foreignOwner(folder, found);
}

/** A folder that was not made for this alone is no one's to close: that in which this process works, or all may write. */
function isSharedFolder(path: string, { mode }: Stats): boolean {
  return (mode & STICKY) !== 0 || join(process.cwd(), sep).startsWith(join(resolve(path), sep));
}

/** By a descriptor, so that what was looked at is what is changed. */
function closeFolder(path: string): void {
  const fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    requireOwnFolder(path, fstatSync(fd));
    fchmodSync(fd, 0o700);
  } finally {
    closeSync(fd);
  }
}

/** Opens a file for appending, made where it is missing. The caller closes the descriptor. */
export function openToAppend(path: string): number {
  const fd = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
  try {
    const found = fstatSync(fd);
    requireOwnFile(path, found);
    if ((found.mode & FOR_OTHERS) !== 0) fchmodSync(fd, 0o600);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Makes a file that is not there yet. The caller closes the descriptor. @throws EEXIST, also for a symbolic link */
export function openNew(path: string): number {
  return openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
}

/** Opens a file of this user's for reading. The caller closes the descriptor. @throws ELOOP for a symbolic link */
export function openOwn(path: string): number {
  // A pipe would wait for a writer for ever; for a file the flag means nothing.
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    requireOwnFile(path, fstatSync(fd));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Reads a file of this user's. @throws ELOOP for a symbolic link */
export function readOwn(path: string): string {
  const fd = openOwn(path);
  try {
    return readFileSync(fd, "utf8");
  } finally {
    closeSync(fd);
  }
}

/**
 * Sees to it that a file that others open by its path is there and is this user's alone, with those beside it that
 * begin with its name. An existing one is never opened here: closing it would end the locks (fcntl) that this
 * process holds on it elsewhere, as SQLite does.
 */
export function preparePrivateFile(path: string, besides: readonly string[] = []): void {
  const folder = dirname(path);
  if (!existsSync(folder)) makeFolder(folder);
  if (!existsSync(path)) {
    requireRoomOfOurs(folder);
    try {
      closeSync(openNew(path));
    } catch (error) {
      if (nodeErrorCode(error) !== "EEXIST") throw error;
    }
  }
  for (const each of [path, ...besides.map((ending) => path + ending)]) {
    const found = lstatSync(each, { throwIfNoEntry: false });
    if (found === undefined) continue;
    requireOwnFile(each, found);
    if ((found.mode & FOR_OTHERS) !== 0) chmodSync(each, 0o600);
  }
}

/** Refuses what is no plain file, is a symbolic link, or is another user's. */
export function requireOwnFile(path: string, found: Stats = lstatSync(path)): void {
  if (found.isSymbolicLink()) throw new Error("it is a symbolic link, which is not followed");
  if (!found.isFile()) throw new Error(found.isDirectory() ? "it is a folder" : "it is no plain file");
  if (!isOwnedByUs(found)) throw foreignOwner(path, found);
}
