import { Worker } from "node:worker_threads";
import { threadFile } from "../../../files/package-root.ts";
import { createSerialQueue } from "../serial-queue.ts";

/** What the thread is asked to do. */
export interface CheckpointRequest {
  readonly path: string;
  /** How long it waits for other programs' readers and writers, in milliseconds; they wait for it meanwhile. */
  readonly patienceMs: number;
}

export interface CheckpointResult {
  /** True where all that was committed when it was asked is in the database's file, and on the disk. */
  readonly isWhole: boolean;
}

/**
 * How long a thread that has nothing to do is kept, in milliseconds. To start one takes 30 ms of computing, and to start and end
 * it 5 ms of those in the thread that serves; a database that is written to all the time needs one every few seconds.
 */
const KEPT_MS = 30_000;

/** Makes checkpoints in a thread of its own, one after the other. */
export class CheckpointThread {
  readonly #oneByOne = createSerialQueue();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;

  /** Rejects with what the thread has failed with. */
  async checkpoint(request: CheckpointRequest): Promise<CheckpointResult> {
    return await this.#oneByOne(() => this.#checkpoint(request));
  }

  /** Ends the thread. To be called when no checkpoint runs. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  async #checkpoint(request: CheckpointRequest): Promise<CheckpointResult> {
    clearTimeout(this.#idle);
    this.#worker ??= new Worker(threadFile("services/conversations/sqlite/checkpoint-worker"));
    const worker = this.#worker;
    worker.ref();
    const { promise, resolve, reject } = Promise.withResolvers<CheckpointResult>();
    const onExit = (): void => reject(new Error("the thread of a checkpoint has ended without an answer"));
    worker.once("message", resolve).once("error", reject).once("exit", onExit);
    worker.postMessage(request);
    try {
      const result = await promise;
      this.#idle = setTimeout(() => void this.close(), KEPT_MS).unref();
      return result;
    } catch (error) {
      // What fails ends it: the next one has another thread.
      this.#worker = undefined;
      throw error;
    } finally {
      worker.off("message", resolve).off("error", reject).off("exit", onExit);
      worker.unref();
    }
  }
}
