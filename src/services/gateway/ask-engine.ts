import type { ChatRequest } from "../../contract/gateway-schemas.ts";
import { withoutPrefix } from "../../contract/model-names.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { DefaultModel } from "./default-model.ts";
import type { EngineClient } from "./engine-client.ts";
import type { EngineDelta } from "./engine-deltas.ts";
import type { EnginePriorityQueue } from "./engine-priority-queue.ts";
import { type EngineRequest, engineRequestOf } from "./engine-request.ts";

/** Who is asked. */
export interface EngineAccess {
  readonly engine: EngineClient;
  /** The model where the request names none. */
  readonly defaultModel: DefaultModel;
  readonly queue: EnginePriorityQueue;
  /** Told when the engine has said all of a reply, with the model that was asked for; null for the default one. */
  readonly onReplied?: ((model: string | null) => void) | undefined;
}

/** Whoever writes the reply down, told of each step of it. */
export interface AskListener {
  /** Which model is asked, by the engine's own name; told once, before all that follows. */
  onModel(model: string): void;
  /** The engine has no room yet, or loads the model first. */
  onWait(status: "queued" | "loading"): void;
  /** The engine is asked; the same model again where it was told before. */
  onAsked(model: string): void;
  /** What came together. The next is not read before this resolves. */
  onPieces(pieces: readonly EngineDelta[]): Promise<void>;
  /** A person's reply needs the place of this one, which no person waits for. */
  giveWay(): void;
}

/** After such a silence it is told which model is asked, and looked up what the reply waits for; in milliseconds. */
const SILENCE_MS = 500;

/**
 * Asks the engine for one reply, when it has room; resolves when the engine has hung up. Throws what the engine's
 * client throws, and `model_not_found` where there is no model at all.
 */
export async function askEngine(
  access: EngineAccess,
  request: ChatRequest,
  listener: AskListener,
  signal: AbortSignal,
): Promise<void> {
  await new EngineCall(access, request, listener, signal).run();
}

class EngineCall {
  readonly #access: EngineAccess;
  readonly #listener: AskListener;
  readonly #signal: AbortSignal;
  readonly #named: string | undefined;
  readonly #isBackground: boolean;
  readonly #request: Omit<EngineRequest, "model">;
  #isModelTold = false;

  constructor(access: EngineAccess, request: ChatRequest, listener: AskListener, signal: AbortSignal) {
    this.#access = access;
    this.#listener = listener;
    this.#signal = signal;
    // A name is not looked up before it is asked for: the engine itself knows best what it has.
    this.#named = request.model === undefined ? undefined : withoutPrefix(request.model);
    this.#isBackground = request.background ?? false;
    this.#request = engineRequestOf(request);
  }

  async run(): Promise<void> {
    const signal = this.#signal;
    const model = this.#named ?? (await this.#access.defaultModel.name(signal));
    signal.throwIfAborted();
    if (this.#named !== undefined) this.#tellModel(model);
    const leave = await this.#access.queue.enter(
      {
        isBackground: this.#isBackground,
        onQueued: () => {
          this.#tellModel(model);
          this.#listener.onWait("queued");
        },
        giveWay: () => this.#listener.giveWay(),
      },
      signal,
    );
    try {
      await (this.#named === undefined ? this.#askDefault(model) : this.#ask(model));
    } finally {
      leave();
    }
  }

  /**
   * Asks what was the default model; where the engine has that no more, what is it now. So it is not told which is
   * asked before something has come of it, or should have.
   */
  async #askDefault(model: string): Promise<void> {
    const { defaultModel } = this.#access;
    try {
      await this.#ask(model);
    } catch (error) {
      // A reply that was cancelled says nothing about the model.
      if (this.#signal.aborted) throw error;
      defaultModel.forget();
      const isGone = error instanceof WireError && error.code === "model_not_found";
      const present = isGone ? await defaultModel.name(this.#signal) : model;
      if (present === model) throw error;
      await this.#ask(present);
    }
  }

  async #ask(model: string): Promise<void> {
    const silence = setTimeout(() => void this.#explainSilence(model), SILENCE_MS);
    this.#listener.onAsked(model);
    try {
      for await (const pieces of this.#access.engine.chat({ model, ...this.#request }, this.#signal)) {
        if (pieces.length === 0) continue;
        clearTimeout(silence);
        this.#tellModel(model);
        await this.#listener.onPieces(pieces);
      }
      this.#access.onReplied?.(this.#named ?? null);
    } catch (error) {
      if (!(error instanceof WireError && error.code === "model_not_found")) this.#tellModel(model);
      throw error;
    } finally {
      clearTimeout(silence);
    }
  }

  /** Nothing has come for a while: room is made, and where it is known that the model is being loaded, it is told. */
  async #explainSilence(model: string): Promise<void> {
    this.#tellModel(model);
    if (!this.#isBackground) this.#access.queue.endBackground();
    const isLoaded = await this.#access.engine.isLoaded(model, this.#signal).catch(() => null);
    if (isLoaded === false) this.#listener.onWait("loading");
  }

  #tellModel(model: string): void {
    if (this.#isModelTold || this.#signal.aborted) return;
    this.#isModelTold = true;
    this.#listener.onModel(model);
  }
}
