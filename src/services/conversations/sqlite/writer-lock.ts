import { closeSync, existsSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openNew } from "../../../files/private-files.ts";
import { isLocked } from "./sqlite-errors.ts";

/**
 * The lease of whoever writes replies: a lock on a file of its own beside the database, named by
 * {@link WriterLock.writer}, which stands in the rows of the replies that it writes.
 *
 * The OS holds such a lock exactly as long as the process lives, and frees it however the process ends. So a
 * lease runs out at once where its holder was killed, and never while the holder is merely slow; no clock is
 * asked, which may be set back, and no other process's pid, which may be of another container. That suffices,
 * because all who share a database in WAL mode run on one machine.
 */
export interface WriterLock {
  /** A name that no other writer ever had. */
  readonly writer: string;
  release(): void;
}

/**
 * Takes the lock of a new writer of this name. To be called with the database's write lock, because
 * {@link sweepWriterLocks} takes a file that nobody has locked yet for that of a dead writer.
 */
export function takeWriterLock(path: string, writer: string): WriterLock {
  if (path === ":memory:") return { writer, release: () => undefined };
  const file = lockFile(path, writer);
  closeSync(openNew(file));
  const lock = new DatabaseSync(file);
  lockWhole(lock);
  return {
    writer,
    release() {
      lock.close();
      rmSync(file, { force: true });
    },
  };
}

/** True while the writer of this name has not released its lock, and lives. */
export function isWriterAlive(path: string, writer: string): boolean {
  if (path === ":memory:") return false;
  return isHeld(lockFile(path, writer));
}

/** Removes the lock files that dead writers left. To be called with the database's write lock. */
export function sweepWriterLocks(path: string): void {
  if (path === ":memory:") return;
  const real = realpathSync(path);
  const prefix = lockFile(real, "");
  for (const name of readdirSync(dirname(real))) {
    const file = join(dirname(real), name);
    if (file.startsWith(prefix) && !isHeld(file)) rmSync(file, { force: true });
  }
}

function lockFile(path: string, writer: string): string {
  // As SQLite names its own files: beside the real one, so that all names of a database lead to one lock.
  const real = realpathSync(path);
  return join(dirname(real), `${basename(real)}-writer-${writer}`);
}

/** Throws SQLITE_BUSY where another connection, of whatever process, has done so. */
function lockWhole(lock: DatabaseSync): void {
  // Nothing is written: no journal has to lie beside it.
  lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
}

function isHeld(file: string): boolean {
  if (!existsSync(file)) return false;
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file);
    lockWhole(lock);
    return false;
  } catch (error) {
    // Who cannot look, for example at another user's file, must not take anything away.
    return isLocked(error) || existsSync(file);
  } finally {
    lock?.close();
  }
}
