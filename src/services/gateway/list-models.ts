import type { EngineModel, ModelList } from "../../contract/common-schemas.ts";
import { chooseDefaultModel } from "../../contract/default-model-rule.ts";
import type { EngineClient } from "./engine-client.ts";

/** The engine's models as the contract shows them. */
export async function listModels(engine: EngineClient, configured: string): Promise<ModelList> {
  const [installed, { kind }] = await Promise.all([engine.models(), engine.identify()]);
  const names = installed.map(({ name }) => name);
  const standard = chooseDefaultModel(names, configured) ?? null;
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
