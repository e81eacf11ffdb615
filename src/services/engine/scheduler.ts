import { serverBusy } from "./errors.ts";
import { LONGEST_MS } from "./go/duration.ts";
import type { Model } from "./models.ts";
import { Slots } from "./slots.ts";
import { LONGEST_TIMER_MS, pause, unlessAborted } from "./waits.ts";

export interface SchedulerOptions {
  /** How long a model takes to load, in milliseconds. */
  readonly loadMs: number;
  /** Generations that a model runs at once; the others wait. */
  readonly parallel: number;
  /** Requests that may wait for models to load; one more is refused. */
  readonly maxQueue: number;
}

/** What a request asks of the model it uses. */
export interface LeaseRequest {
  /** How long the model stays after its last use, in milliseconds; undefined leaves it as it is. */
  readonly keepAliveMs: number | undefined;
  /** The context to load it with, in tokens; undefined for Ollama's default. */
  readonly numCtx: number | undefined;
}

/** A loaded model, as `/api/ps` tells of it. */
export interface LoadedModel {
  readonly model: Model;
  readonly contextLength: number;
  readonly expiresAt: Date;
}

/** The right to use a loaded model. It stays loaded until this is released. */
export interface Lease {
  /** Does this work when the model has a free slot. Throws the signal's reason when it is aborted before. */
  run(signal: AbortSignal, work: () => Promise<void>): Promise<void>;
  release(): void;
}

const KEEP_ALIVE_MS = 5 * 60_000;

/** Ollama's, on a machine with little video memory. */
const DEFAULT_NUM_CTX = 4096;

/** Which models are loaded, who waits for them, and when they go. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #loaded = new Map<Model, Runner>();
  readonly #loading = new Map<Model, Loading>();
  #waiting = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /**
   * Loads the model if it is not. Throws EngineError 503 when too many wait, and the signal's reason
   * when that is aborted; a load that nobody waits for any more is given up.
   */
  async lease(model: Model, request: LeaseRequest, signal: AbortSignal): Promise<Lease> {
    const runner = this.#loaded.get(model) ?? (await this.#load(model, request, signal));
    runner.use(request.keepAliveMs);
    return {
      run: (waiting, work) => runner.slots.run(waiting, work),
      release: () => runner.leave(),
    };
  }

  /** Unloads the model, as soon as nobody uses it. */
  unload(model: Model): void {
    this.#loaded.get(model)?.expire();
  }

  /** The loaded models, the one that stays longest first. */
  loaded(): LoadedModel[] {
    return [...this.#loaded.values()].sort((a, b) => b.expiresAt.getTime() - a.expiresAt.getTime());
  }

  close(): void {
    for (const runner of this.#loaded.values()) runner.expire();
  }

  async #load(model: Model, request: LeaseRequest, signal: AbortSignal): Promise<Runner> {
    if (this.#waiting >= this.#options.maxQueue) throw serverBusy();
    const loading = this.#loading.get(model) ?? this.#startLoading(model, request);
    loading.waiting += 1;
    this.#waiting += 1;
    try {
      return await unlessAborted(loading.runner, signal);
    } finally {
      this.#waiting -= 1;
      loading.waiting -= 1;
      if (loading.waiting === 0) {
        loading.stop.abort();
        this.#loading.delete(model);
      }
    }
  }

  #startLoading(model: Model, { numCtx = DEFAULT_NUM_CTX }: LeaseRequest): Loading {
    const stop = new AbortController();
    const load = async (): Promise<Runner> => {
      await pause(this.#options.loadMs, stop.signal);
      const contextLength = Math.min(Math.max(numCtx, 4), model.contextLength);
      const slots = new Slots(this.#options.parallel);
      const runner = new Runner({ model, contextLength, slots }, () => {
        if (this.#loaded.get(model) === runner) this.#loaded.delete(model);
      });
      this.#loaded.set(model, runner);
      return runner;
    };
    const loading = { runner: load(), stop, waiting: 0 };
    this.#loading.set(model, loading);
    return loading;
  }
}

interface Loading {
  readonly runner: Promise<Runner>;
  readonly stop: AbortController;
  waiting: number;
}

interface RunnerFacts {
  readonly model: Model;
  readonly contextLength: number;
  readonly slots: Slots;
}

class Runner implements LoadedModel {
  readonly model: Model;
  readonly contextLength: number;
  readonly slots: Slots;
  expiresAt = new Date();
  #keepAliveMs = KEEP_ALIVE_MS;
  #users = 0;
  #expiry: NodeJS.Timeout | undefined;
  readonly #onUnload: () => void;

  constructor({ model, contextLength, slots }: RunnerFacts, onUnload: () => void) {
    this.model = model;
    this.contextLength = contextLength;
    this.slots = slots;
    this.#onUnload = onUnload;
  }

  use(keepAliveMs: number | undefined): void {
    this.#users += 1;
    this.#keepAliveMs = keepAliveMs ?? this.#keepAliveMs;
    this.#expireLater();
  }

  leave(): void {
    this.#users -= 1;
    this.#expireLater();
  }

  expire(): void {
    this.#keepAliveMs = 0;
    this.#expireLater();
  }

  #expireLater(): void {
    clearTimeout(this.#expiry);
    this.expiresAt = new Date(Date.now() + Math.min(this.#keepAliveMs, LONGEST_MS));
    if (this.#users > 0) return;
    if (this.#keepAliveMs <= 0) {
      this.#onUnload();
    } else if (this.#keepAliveMs <= LONGEST_TIMER_MS) {
      this.#expiry = setTimeout(this.#onUnload, this.#keepAliveMs).unref();
    }
  }
}
