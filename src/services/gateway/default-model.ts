import { chooseDefaultModel } from "../../contract/default-model-rule.ts";
import { findModel } from "../../contract/model-names.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { EngineClient } from "./engine-client.ts";
import { howToGetModel } from "./unknown-model.ts";

/**
 * The model of requests that name none: the configured one if the engine has it, else the engine's first.
 *
 * Where the engine had the configured one, it is taken to have it still, which spares each reply a round trip:
 * whoever asks for the reply hears if it has not, and calls {@link forget}. What stands in for a configured
 * model that is missing is looked up every time: that one may be pulled meanwhile, and nothing would tell.
 */
export class DefaultModel {
  readonly #engine: EngineClient;
  readonly #configured: string;
  /** The engine's own name of the configured model. */
  #found: string | undefined;

  constructor(engine: EngineClient, configured: string) {
    this.#engine = engine;
    this.#configured = configured;
  }

  /** The engine's own name of it. Throws `model_not_found` where the engine has no model at all. */
  async name(signal: AbortSignal): Promise<string> {
    if (this.#found !== undefined) return this.#found;
    const installed = await this.#engine.modelNames(signal);
    this.#found = findModel(installed, this.#configured);
    const name = chooseDefaultModel(installed, this.#configured);
    if (name !== undefined) return name;
    const hint = await howToGetModel(this.#engine, this.#configured);
    throw new WireError("model_not_found", "The engine has no model at all.", hint);
  }

  /** Has it looked up anew. To be called when a reply of it failed. */
  forget(): void {
    this.#found = undefined;
  }
}
