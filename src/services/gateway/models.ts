import type { EngineModel, ModelList } from "../../contract/common.ts";
import { STAND_IN_BUILD } from "../../contract/defaults.ts";
import type { InstalledModel } from "../../contract/engine.ts";
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
    const installed = await this.#engine.installedModels(signal);
    this.#found = findModel(installed, this.#configured);
    const name = this.#found ?? installed[0]?.name;
    if (name !== undefined) return name;
    throw new WireError(
      "model_not_found",
      "The engine has no model at all.",
      `Run \`ollama pull ${this.#configured}\`.`,
    );
  }

  /** Has it looked up anew. To be called when a reply of it failed. */
  forget(): void {
    this.#found = undefined;
  }
}

/** The engine's name for the model that a request names: without the prefix that some clients put before it. */
export function engineName(asked: string): string {
  return asked.replace(/^ollama\//, "");
}

function findModel(installed: readonly InstalledModel[], wanted: string): string | undefined {
  return installed.find((model) => isSameModel(model.name, wanted))?.name;
}

/** Ollama compares names without case, and `latest` is the tag of a name without one. */
function isSameModel(a: string, b: string): boolean {
  return withTag(a) === withTag(b);
}

function withTag(name: string): string {
  const plain = name.toLowerCase();
  return plain.includes(":") ? plain : `${plain}:latest`;
}

/** The error of an unknown model, with what the engine has instead. */
export async function unknownModel(engine: EngineClient, asked: string): Promise<WireError> {
  const model = engineName(asked);
  const installed = await engine.installedModels();
  const names = installed.map(({ name }) => name).join(", ");
  return new WireError(
    "model_not_found",
    `The engine does not have the model "${model}". It has: ${names || "none"}.`,
    `Choose one of them, or run \`ollama pull ${model}\`.`,
  );
}

/** The engine's models as the contract shows them. */
export async function listModels(engine: EngineClient, configured: string): Promise<ModelList> {
  const [installed, version] = await Promise.all([engine.installedModels(), engine.version()]);
  const provider = version.endsWith(`+${STAND_IN_BUILD}`) ? STAND_IN_BUILD : "ollama";
  const standard = findModel(installed, configured) ?? installed[0]?.name ?? null;
  const models = installed.map(
    (model): EngineModel => ({
      model_id: model.name,
      model_name: displayName(model.name),
      provider,
      window_in_force: null,
      capabilities: null,
      context_window: model.details?.context_length ?? null,
      // A local model costs nothing.
      cost_per_1m_input: 0,
      cost_per_1m_output: 0,
      is_default: model.name === standard,
    }),
  );
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
