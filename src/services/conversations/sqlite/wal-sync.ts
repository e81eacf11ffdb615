import { closeSync, fdatasync, openSync } from "node:fs";
import { promisify } from "node:util";
import { messageOf, WireError } from "../../../errors.ts";

const datasync = promisify(fdatasync);

/**
 * Makes commits safe from a power cut without keeping the event loop waiting for the disk.
 *
 * `PRAGMA synchronous = FULL` is nothing else than a sync of the WAL file after each commit, in the thread that
 * commits. Here SQLite is set to NORMAL, and the same sync is done in libuv's threads before anybody is told
 * that the commit is done. Commits that come while one sync runs share the next one.
 */
export class WalSync {
  readonly #path: string;
  #file: number | undefined;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  /** `path` is the database's. */
  constructor(path: string) {
    this.#path = `${path}-wal`;
  }

  /** Resolves when all that was committed before this call is on the disk. Throws `store_unavailable`. */
  async flush(): Promise<void> {
    // The sync that runs now may have begun before the commit.
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#running = this.#sync();
        this.#next = undefined;
        return this.#running;
      });
    await this.#next;
  }

  /** To be called when no flush runs. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  async #sync(): Promise<void> {
    try {
      // Writable, because Windows syncs no other. SQLite keeps its locks on other files than this one.
      this.#file ??= openSync(this.#path, "r+");
      await datasync(this.#file);
    } catch (error) {
      throw new WireError(
        "store_unavailable",
        `What was saved may not survive a power cut: ${messageOf(error)}.`,
        "Look at the disk of the conversations' database.",
        { cause: error },
      );
    }
  }
}
