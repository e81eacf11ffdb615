import { cloudDisabled, modelNotFound, modelRequired } from "./engine-errors.ts";
import { findStandInModel, type StandInModel } from "./engine-models.ts";
import { parseModelReference, shortModelName } from "./model-reference.ts";

/**
 * The installed model that a request names. Throws EngineError with the words of this endpoint: they
 * differ (server/routes.go of ollama/ollama).
 */
export function resolveModel(asked: string, endpoint: "generate" | "chat" | "show"): StandInModel {
  const reference = parseModelReference(asked);
  if (reference === "missing") throw endpoint === "generate" ? modelNotFound(asked) : modelRequired();
  if (reference === "cloud") {
    throw cloudDisabled(`remote model ${endpoint === "show" ? "details are" : "is"} unavailable`);
  }
  const model = findStandInModel(reference);
  if (model === undefined) throw modelNotFound(endpoint === "show" ? shortModelName(reference) : asked);
  return model;
}
