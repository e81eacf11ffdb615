import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { threadFile } from "../files/package-root.ts";
import type { DriveJob, DriveProgress, FromLoadProcess, ToLoadProcess } from "./load-messages.ts";
import type { EncodedStep } from "./step-record.ts";

/** Who is told of what a process makes, and how it goes on. */
export interface WorkerListener {
  made(person: number, conversation: string): void;
  gone(person: number, conversation: string): void;
  progress(progress: DriveProgress): void;
}

/** This much of what a process says before it fails is passed on, in characters. */
const MOST_WORDS = 2_000;

/** A process that has told its result, or that it failed, may take this long to end, in milliseconds. */
const END_TIMEOUT_MS = 5_000;

/** A process that drives a share of the users, as whoever measures sees it. */
export class LoadWorker {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #ready = Promise.withResolvers<void>();
  readonly #result = Promise.withResolvers<readonly EncodedStep[]>();

  /** Starts it, and gives it its share. */
  constructor(job: DriveJob, listener: WorkerListener) {
    // No option of this process's Node: one that listens for a debugger would be there twice.
    this.#child = fork(threadFile("load-process"), [], {
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#exited = once(this.#child, "exit");
    let words = "";
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-MOST_WORDS);
    });
    const fail = (error: Error): void => {
      this.#ready.reject(error);
      this.#result.reject(error);
    };
    this.#ready.promise.catch(() => undefined);
    this.#result.promise.catch(() => undefined);
    this.#child.on("error", fail);
    this.#child.on("exit", (code, signal) =>
      fail(
        new Error(`a process that drives users ended by ${signal ?? `exit code ${code}`}: ${words.trim()}`),
      ),
    );
    this.#child.on("message", (message: FromLoadProcess) => {
      if (message.type === "ready") this.#ready.resolve();
      if (message.type === "result") this.#result.resolve(message.steps);
      if (message.type === "progress") listener.progress(message.progress);
      if (message.type === "made") listener.made(message.person, message.conversation);
      if (message.type === "gone") listener.gone(message.person, message.conversation);
      if (message.type === "failed") fail(new Error(message.message));
    });
    this.#tell({ type: "job", job });
  }

  /** Resolves once it is connected to the target. Rejects where it could not. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** What it has recorded of each step, once its users have ended. Rejects where it failed. */
  get result(): Promise<readonly EncodedStep[]> {
    return this.#result.promise;
  }

  /** Lets its users begin at this time: milliseconds since 1970. */
  start(at: number): void {
    this.#tell({ type: "start", at });
  }

  /** Ends its users early; it still tells what it has recorded, where they had begun. */
  stop(): void {
    this.#tell({ type: "stop" });
  }

  /** Resolves once the process is gone, which is seen to. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    if (this.#child.connected) this.#child.disconnect();
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), END_TIMEOUT_MS);
    await this.#exited.catch(() => undefined);
    clearTimeout(kill);
  }

  #tell(message: ToLoadProcess): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}
