import { closeSync, fdatasync, openSync } from "node:fs";
import { promisify } from "node:util";

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
  /** The other way to the disk: copies all that is committed into the database's file, and syncs that. */
  readonly #copyElsewhere: () => Promise<void>;
  #file: number | undefined;
  /**
   * Why the file is not trusted: Linux forgets what it could not write, and the next sync of the same file would
   * succeed without it.
   */
  #failure: unknown;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** `path` is the database's. */
  constructor(path: string, copyElsewhere: () => Promise<void>) {
    this.#path = `${path}-wal`;
    this.#copyElsewhere = copyElsewhere;
  }

  /** Resolves when all that was committed before this call is on the disk; throws where that is not to be had. */
  async flush(): Promise<void> {
    if (this.#running === undefined && this.#next === undefined) return await this.#begin();
    // The sync that runs now may have begun before the commit.
    this.#next ??= Promise.resolve(this.#running)
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#begin();
      });
    await this.#next;
  }

  /** The disk is asked before this returns: whoever waits for it may go on with something else. */
  #begin(): Promise<void> {
    this.#running = this.#sync().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** To be called when no flush runs. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  async #sync(): Promise<void> {
    this.#failure ??= await this.#failureOfSync();
    if (this.#failure === undefined) return;
    try {
      await this.#copyElsewhere();
    } catch {
      throw this.#failure;
    }
    this.#failure = undefined;
  }

  async #failureOfSync(): Promise<unknown> {
    try {
      // Writable, because Windows syncs no other. SQLite keeps its locks on other files than this one.
      this.#file ??= openSync(this.#path, "r+");
      await datasync(this.#file);
      return undefined;
    } catch (error) {
      this.close();
      return error;
    }
  }
}
