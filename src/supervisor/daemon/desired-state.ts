import { type FSWatcher, watch } from "node:fs";
import { basename } from "node:path";
import { messageOf } from "../../errors/thrown-error.ts";
import type { StateFolder } from "../state-folder.ts";
import type { ChangeNotifier } from "./change-notifier.ts";
import { type DesiredStateReading, desiredStateFile, readDesiredState } from "./desired-state-file.ts";
import { fileVersionOf } from "./json-file.ts";

/** What `wanted.json` says at present. A change of it is told. */
export class DesiredState {
  readonly #state: StateFolder;
  readonly #changes: ChangeNotifier;
  #version = "";
  /** That of a file that may not be read and was complained of. */
  #told = "";
  #isTold = false;
  #reading: DesiredStateReading;

  constructor(state: StateFolder, changes: ChangeNotifier) {
    this.#state = state;
    this.#changes = changes;
    this.#version = fileVersionOf(desiredStateFile(state));
    this.#reading = readDesiredState(state);
    this.#sayDamage();
  }

  /** The request that a service is wanted by; null where it is not wanted. */
  requestFor(name: string): string | null {
    return this.#reading.services[name]?.request ?? null;
  }

  get isEmpty(): boolean {
    return Object.keys(this.#reading.services).length === 0;
  }

  /** Whether the OS tells of a new file. */
  get isTold(): boolean {
    return this.#isTold;
  }

  /** Reads the file anew if it is another one by now. One that may not be read says nothing. */
  refresh(): void {
    const version = fileVersionOf(desiredStateFile(this.#state));
    if (version === this.#version) return;
    try {
      this.#reading = readDesiredState(this.#state);
    } catch (error) {
      // Tried again at the next look: that it may be read by then changes nothing that a version tells.
      this.#sayUnreadable(version, error);
      return;
    }
    this.#version = version;
    this.#sayDamage();
    this.#changes.tell();
  }

  /** Reads a new file at once, where the OS tells of it; else `refresh` has to be called now and then. */
  watch(): void {
    const name = basename(desiredStateFile(this.#state));
    try {
      const watcher: FSWatcher = watch(this.#state.root, { persistent: false }, (_, file) => {
        if (file === name) this.refresh();
      });
      this.#isTold = true;
      watcher.on("error", () => {
        this.#isTold = false;
        watcher.close();
      });
    } catch {
      // The OS has no watches left.
    }
  }

  #sayUnreadable(version: string, error: unknown): void {
    if (this.#told === version) return;
    this.#told = version;
    process.stderr.write(`What was wanted before stays so: ${messageOf(error)}\n`);
  }

  #sayDamage(): void {
    const { problem } = this.#reading;
    if (problem !== undefined) process.stderr.write(`Nothing counts as wanted: ${problem}.\n`);
  }
}
