import type { EngineModel, ModelList } from "../../contract/common.ts";
import { STAND_IN_BUILD } from "../../contract/defaults.ts";
import type { InstalledModel } from "../../contract/engine.ts";
import { WireError } from "../../errors.ts";
import type { EngineClient } from "./engine-client.ts";

/** The model that a request means, by the engine's own name: the one it names, else the default. */
export async function resolveModel(
  engine: EngineClient,
  asked: string | undefined,
  configured: string,
  signal: AbortSignal,
): Promise<string> {
  // A name is not looked up before it is asked for: the engine itself knows best what it has.
  if (asked !== undefined) return engineName(asked);
  const installed = await engine.installedModels(signal);
  const model = defaultModel(installed, configured);
  if (model !== undefined) return model;
  throw new WireError(
    "model_not_found",
    "The engine has no model at all.",
    `Run \`ollama pull ${configured}\`.`,
  );
}

/** The name without the prefix that some clients put before it. */
function engineName(asked: string): string {
  return asked.replace(/^ollama\//, "");
}

/** The configured model if the engine has it, else the engine's first. */
function defaultModel(installed: readonly InstalledModel[], configured: string): string | undefined {
  return (installed.find((model) => isSameModel(model.name, configured)) ?? installed[0])?.name;
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
  const standard = defaultModel(installed, configured) ?? null;
  const models = installed.map(
    (model): EngineModel => ({
      model_id: model.name,
      model_name: displayName(model.name),
      provider,
      context_window: model.details?.context_length ?? null,
      // A local model costs nothing.
      cost_per_1m_input: 0,
      cost_per_1m_output: 0,
      is_default: model.name === standard,
    }),
  );
  return { status: "ok", models, default: standard };
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
