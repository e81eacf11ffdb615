import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { messageOf, withoutStop } from "../../../errors/thrown-error.ts";
import { UserError } from "../../../errors/user-error.ts";
import { openNew } from "../../../files/private-files.ts";
import { refuseNewer } from "./migrate-sqlite.ts";

/** A copy of a database that was made while it may have been in use. */
export interface DatabaseBackup {
  readonly path: string;
  readonly backup: string;
  readonly size_bytes: number;
  readonly messages: number;
}

export interface BackUpOptions {
  /** Told how many of the file's pages are copied. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Copies a SQLite database to a new file, as it is at one moment, also while services write to it. The file is there once it is
 * whole, looked through and on the disk, and never before. Throws a UserError; then nothing is left of it.
 */
export async function backUpDatabase(
  path: string,
  target: string,
  { onProgress }: BackUpOptions = {},
): Promise<DatabaseBackup> {
  if (!existsSync(path)) {
    throw new UserError("database_missing", `There is no database ${path}.`, {
      hint: "Another one is named by the setting store.path.",
    });
  }
  if (existsSync(target)) {
    throw new UserError("bad_flag", `There is a file ${target} already, and it is not overwritten.`, {
      hint: "Name another one, or remove it.",
    });
  }
  const unfinished = `${target}.unfinished-${process.pid}`;
  let source: DatabaseSync | undefined;
  try {
    // Made before SQLite opens it, so that no one else may read it from its first byte on.
    closeSync(openNew(unfinished));
    source = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    refuseNewer(source, path);
    await backup(source, unfinished, {
      rate: 1_000,
      progress: ({ totalPages, remainingPages }) => onProgress?.(totalPages - remainingPages, totalPages),
    });
    const messages = requireWhole(unfinished);
    syncFile(unfinished);
    renameSync(unfinished, target);
    syncFile(dirname(target));
    return { path, backup: target, size_bytes: statSync(target).size, messages };
  } catch (error) {
    for (const rest of ["", "-wal", "-shm", "-journal"]) rmSync(`${unfinished}${rest}`, { force: true });
    if (error instanceof UserError) throw error;
    throw new UserError(
      "database_unreadable",
      `The database ${path} is not backed up to ${target}: ${withoutStop(messageOf(error))}.`,
      {
        hint: "Check that there is room, that the folder can be written, and `stack store check`.",
        cause: error,
      },
    );
  } finally {
    source?.close();
  }
}

/** Looks through all pages of a copy; returns how many messages are in there. Leaves it as one file without a WAL. */
function requireWhole(copy: string): number {
  const db = new DatabaseSync(copy);
  try {
    db.exec("PRAGMA journal_mode = DELETE");
    const found = db.prepare("PRAGMA integrity_check(1)").get()?.["integrity_check"];
    if (found !== "ok") throw new Error(`the copy is not whole: ${found}`);
    return Number(db.prepare("SELECT count(*) AS n FROM messages").get()?.["n"]);
  } finally {
    db.close();
  }
}

function syncFile(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
