import { LONGEST_TIMER_MS, pauseUnlessAborted, unlessAborted } from "./abortable-waits.ts";
import { serverBusy } from "./engine-errors.ts";
import type { StandInModel } from "./engine-models.ts";
import { EngineSlots } from "./engine-slots.ts";
import { LONGEST_MS } from "./go/go-duration.ts";

export interface SchedulerOptions {
  /** How long a model takes to load, in milliseconds. */
  readonly loadMs: number;
  /** Generations that a model runs at once; the others wait. */
  readonly parallel: number;
  /** Requests that may wait for models to load; one more is refused. */
  readonly maxQueue: number;
  /** The context that a model is loaded with where a request says nothing, in tokens. */
  readonly contextLength: number;
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
  readonly model: StandInModel;
  readonly contextLength: number;
  readonly expiresAt: Date;
}

/** The right to use a loaded model. It stays loaded until this is released. */
export interface Lease {
  /** The context that it is loaded with, in tokens. */
  readonly contextLength: number;
  /** Does this work when the model has a free slot. Throws the signal's reason when it is aborted before. */
  run(signal: AbortSignal, work: () => Promise<void>): Promise<void>;
  release(): void;
}

const KEEP_ALIVE_MS = 5 * 60_000;

/** No model is loaded with less (server/sched.go). */
const LEAST_CONTEXT = 4;

/** Which models are loaded, who waits for them, and when they go. */
export class ModelScheduler {
  readonly #options: SchedulerOptions;
  readonly #loaded = new Map<StandInModel, Runner>();
  readonly #loading = new Map<StandInModel, Loading>();
  #waiting = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /**
   * Loads the model if it is not, and again if another context is asked for: then it waits until nobody uses it. Throws
   * EngineError 503 when too many wait, and the signal's reason when that is aborted; a load that nobody waits for any
   * more is given up.
   */
  async lease(model: StandInModel, request: LeaseRequest, signal: AbortSignal): Promise<Lease> {
    const wanted = {
      model,
      contextLength: this.#contextFor(model, request),
      keepAliveMs: request.keepAliveMs,
    };
    const runner = this.#take(wanted) ?? (await this.#inQueue(() => this.#takeLoaded(wanted, signal)));
    return {
      contextLength: wanted.contextLength,
      run: (waiting, work) => runner.slots.run(waiting, work),
      release: () => runner.leave(),
    };
  }

  /** How many requests of one model run at a time. */
  get parallel(): number {
    return this.#options.parallel;
  }

  /** Unloads the model, as soon as nobody uses it. */
  unload(model: StandInModel): void {
    this.#loaded.get(model)?.expire();
  }

  /** The loaded models, the one that stays longest first. */
  loaded(): LoadedModel[] {
    return [...this.#loaded.values()].sort((a, b) => b.expiresAt.getTime() - a.expiresAt.getTime());
  }

  close(): void {
    for (const runner of this.#loaded.values()) runner.expire();
  }

  #contextFor(model: StandInModel, { numCtx = this.#options.contextLength }: LeaseRequest): number {
    return Math.min(Math.max(numCtx, LEAST_CONTEXT), model.contextLength);
  }

  /** The runner as it is wanted, in use from now on; undefined where there is none. */
  #take({ model, contextLength, keepAliveMs }: WantedRunner): Runner | undefined {
    const runner = this.#loaded.get(model);
    if (runner === undefined || runner.isLeaving || runner.contextLength !== contextLength) return undefined;
    runner.use(keepAliveMs);
    return runner;
  }

  async #inQueue<Value>(wait: () => Promise<Value>): Promise<Value> {
    if (this.#waiting >= this.#options.maxQueue) throw serverBusy();
    this.#waiting += 1;
    try {
      return await wait();
    } finally {
      this.#waiting -= 1;
    }
  }

  async #takeLoaded(wanted: WantedRunner, signal: AbortSignal): Promise<Runner> {
    for (;;) {
      const ready = this.#take(wanted);
      if (ready !== undefined) return ready;
      const other = this.#loaded.get(wanted.model);
      if (other === undefined) await this.#joinLoad(wanted, signal);
      else await unlessAborted(other.whenUnloaded(), signal);
    }
  }

  async #joinLoad({ model, contextLength }: WantedRunner, signal: AbortSignal): Promise<void> {
    const loading = this.#loading.get(model) ?? this.#startLoading(model, contextLength);
    loading.waiting += 1;
    try {
      await unlessAborted(loading.done, signal);
    } finally {
      loading.waiting -= 1;
      if (loading.waiting === 0) {
        loading.stop.abort();
        this.#loading.delete(model);
      }
    }
  }

  #startLoading(model: StandInModel, contextLength: number): Loading {
    const stop = new AbortController();
    const load = async (): Promise<void> => {
      await pauseUnlessAborted(this.#options.loadMs, stop.signal);
      const slots = new EngineSlots(this.#options.parallel);
      const runner = new Runner({ model, contextLength, slots }, () => {
        if (this.#loaded.get(model) === runner) this.#loaded.delete(model);
      });
      this.#loaded.set(model, runner);
    };
    const loading = { done: load(), stop, waiting: 0 };
    this.#loading.set(model, loading);
    return loading;
  }
}

interface WantedRunner {
  readonly model: StandInModel;
  readonly contextLength: number;
  readonly keepAliveMs: number | undefined;
}

interface Loading {
  readonly done: Promise<void>;
  readonly stop: AbortController;
  waiting: number;
}

interface RunnerFacts {
  readonly model: StandInModel;
  readonly contextLength: number;
  readonly slots: EngineSlots;
}

class Runner implements LoadedModel {
  readonly model: StandInModel;
  readonly contextLength: number;
  readonly slots: EngineSlots;
  expiresAt = new Date();
  #keepAliveMs = KEEP_ALIVE_MS;
  #users = 0;
  #isLeaving = false;
  #expiry: NodeJS.Timeout | undefined;
  readonly #unloaded = Promise.withResolvers<void>();
  readonly #onUnload: () => void;

  constructor({ model, contextLength, slots }: RunnerFacts, onUnload: () => void) {
    this.model = model;
    this.contextLength = contextLength;
    this.slots = slots;
    this.#onUnload = () => {
      onUnload();
      this.#unloaded.resolve();
    };
  }

  /** Whether somebody waits for it to go: it takes nobody new. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Sends it away as soon as nobody uses it, and waits for that. */
  async whenUnloaded(): Promise<void> {
    this.#isLeaving = true;
    this.expire();
    await this.#unloaded.promise;
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
