import { withoutPrefix } from "../../contract/model-names.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { EngineClient } from "./engine-client.ts";

/** The error of an unknown model, with what the engine has instead. */
export async function unknownModel(engine: EngineClient, asked: string): Promise<WireError> {
  const model = withoutPrefix(asked);
  const installed = await engine.modelNames();
  return new WireError(
    "model_not_found",
    `The engine does not have the model "${model}". It has: ${installed.join(", ") || "none"}.`,
    `${installed.length === 0 ? "" : "Choose one of them. "}${await howToGetModel(engine, model)}`,
  );
}

/** What a person does who wants a model that the engine does not have. */
export async function howToGetModel(engine: EngineClient, model: string): Promise<string> {
  const { kind } = await engine.identify();
  return kind === "openai"
    ? `Add "${model}" to the engine, or name one that it has (chat.model).`
    : `Run \`ollama pull ${model}\`.`;
}
