import type { EngineModel, ModelList } from "../../contract/common-schemas.ts";
import { findModel, modelInForce, withoutPrefix } from "../../contract/model-names.ts";
import { WireError } from "../../errors.ts";
import type { EngineClient } from "./engine-client.ts";

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
    const name = modelInForce(installed, this.#configured);
    if (name !== undefined) return name;
    const hint = await howToGet(this.#engine, this.#configured);
    throw new WireError("model_not_found", "The engine has no model at all.", hint);
  }

  /** Has it looked up anew. To be called when a reply of it failed. */
  forget(): void {
    this.#found = undefined;
  }
}

/** The error of an unknown model, with what the engine has instead. */
export async function unknownModel(engine: EngineClient, asked: string): Promise<WireError> {
  const model = withoutPrefix(asked);
  const installed = await engine.modelNames();
  return new WireError(
    "model_not_found",
    `The engine does not have the model "${model}". It has: ${installed.join(", ") || "none"}.`,
    `${installed.length === 0 ? "" : "Choose one of them. "}${await howToGet(engine, model)}`,
  );
}

/** What a person does who wants a model that the engine does not have. */
async function howToGet(engine: EngineClient, model: string): Promise<string> {
  const { kind } = await engine.identify();
  return kind === "openai"
    ? `Add "${model}" to the engine, or name one that it has (chat.model).`
    : `Run \`ollama pull ${model}\`.`;
}

/** The engine's models as the contract shows them. */
export async function listModels(engine: EngineClient, configured: string): Promise<ModelList> {
  const [installed, { kind }] = await Promise.all([engine.models(), engine.identify()]);
  const names = installed.map(({ name }) => name);
  const standard = modelInForce(names, configured) ?? null;
  const models = installed.map((model): EngineModel => {
    const cost = engine.isFree(model.name) ? 0 : null;
    return {
      model_id: model.name,
      model_name: kind === "openai" ? model.name : displayName(model.name),
      // By another wire, too, a person is told that the answers are scripted.
      provider: kind === "openai" ? (model.owner ?? kind) : kind,
      context_window: model.contextWindow,
      window_in_force: model.windowInForce,
      capabilities: model.capabilities === null ? null : [...model.capabilities],
      cost_per_1m_input: cost,
      cost_per_1m_output: cost,
      is_default: model.name === standard,
    };
  });
  return { status: "ok", models, default: standard, configured };
}

/** `llama3.1:8b` -> `Llama 3.1 8B (Local)`. Only for people: nothing else may be derived from it. */
function displayName(name: string): string {
  const [family = "", tag = "latest"] = name.split(":");
  const words = family.replace(/([a-z])(\d)/gi, "$1 $2").split(/[-_ ]+/);
  const title = words.map(capitalised).join(" ");
  // A size is written large (8B), a word like other words (Mini).
  const shown = /^\d/.test(tag) ? tag.toUpperCase() : capitalised(tag);
  return `${title}${tag === "latest" ? "" : ` ${shown}`} (Local)`;
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
