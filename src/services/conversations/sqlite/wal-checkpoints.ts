import { statSync } from "node:fs";
import { type CheckpointResult, CheckpointThread } from "./checkpoint-thread.ts";

/** From this length on the WAL is moved into the database, in bytes: SQLite's own 1,000 pages. */
const LONG = 1_000 * 4_096;

/** From the end of one to the next, in milliseconds: with a long reader in the way each moves only a part. */
const PAUSE_MS = 1_000;

/** From this length on it must become shorter, in bytes, although whoever writes has to wait for it. */
const TOO_LONG = 16 * LONG;

/**
 * How long whoever writes may have to wait for the last part, in milliseconds: without that, a WAL that grows all the time
 * never comes to an end where it could begin anew.
 */
const PATIENCE_MS = { long: 20, tooLong: 1_000, whole: 5_000 } as const;

/** What the connection that writes has to be told. An idle WAL is cut, so that its length tells what is in it. */
export const CHECKPOINTS_ELSEWHERE = "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 0";

/**
 * Checkpoints of a database in a thread of their own.
 *
 * SQLite itself moves a WAL that has become long into the database within the commit that made it so: it copies
 * megabytes, or whatever a slow reader has kept back, and syncs two files, in the thread that commits.
 */
export class WalCheckpoints {
  readonly #path: string;
  readonly #inode: number;
  readonly #thread = new CheckpointThread();
  #notBefore = 0;
  #running: Promise<unknown> | undefined;

  /** `path` is that of a database which is open. */
  constructor(path: string) {
    this.#path = path;
    this.#inode = statSync(path).ino;
  }

  /** To be called after each commit. */
  afterCommit(): void {
    if (this.#running !== undefined || performance.now() < this.#notBefore) return;
    const length = statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (length < LONG) return;
    this.#running = this.#run(length < TOO_LONG ? PATIENCE_MS.long : PATIENCE_MS.tooLong)
      // Nothing is lost by it: the WAL stays, and is tried again.
      .catch(() => undefined)
      .finally(() => {
        this.#notBefore = performance.now() + PAUSE_MS;
        this.#running = undefined;
      });
  }

  /** Copies all that is committed into the database's file, and syncs that. Throws where it cannot. */
  async moveAll(): Promise<void> {
    const { isWhole } = await this.#run(PATIENCE_MS.whole);
    if (!isWhole) throw new Error("another program is in the way of a checkpoint");
  }

  /** Resolves when no thread runs. */
  async close(): Promise<void> {
    await this.#running;
    await this.#thread.close();
  }

  async #run(patienceMs: number): Promise<CheckpointResult> {
    if (statSync(this.#path).ino !== this.#inode) {
      // A connection that opens it now would move this WAL into another database.
      throw new Error("the database's file is another one than the one that was opened");
    }
    return await this.#thread.checkpoint({ path: this.#path, patienceMs });
  }
}
