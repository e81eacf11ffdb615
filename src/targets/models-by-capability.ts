import { ModelList } from "../contract/common-schemas.ts";
import { hmiRoutes } from "../contract/routes.ts";
import type { HttpClient } from "./http-client.ts";

/** Models by what they can do, as the HMI lists it; null where it has none, or does not tell. */
export interface ModelsByCapability {
  readonly thinking: string | null;
  readonly seeing: string | null;
  /** One of which it is told that it cannot see. */
  readonly blind: string | null;
}

/** Finds a model for each ability; the default where that has it, because it is loaded. */
export async function findModelsByCapability(
  hmi: HttpClient,
  signal: AbortSignal,
): Promise<ModelsByCapability> {
  const models = await listedModels(hmi, signal);
  const find = (isIt: (capabilities: readonly string[]) => boolean): string | null => {
    const able = models.filter(({ capabilities }) => capabilities !== null && isIt(capabilities));
    return (able.find(({ is_default }) => is_default) ?? able[0])?.model_id ?? null;
  };
  return {
    thinking: find((capabilities) => capabilities.includes("thinking")),
    seeing: find((capabilities) => capabilities.includes("vision")),
    blind: find((capabilities) => capabilities.includes("completion") && !capabilities.includes("vision")),
  };
}

/** None where the backend has no such list, or one of another shape: what is wrong with it is for the checks to say. */
async function listedModels(hmi: HttpClient, signal: AbortSignal): Promise<ModelList["models"]> {
  try {
    const { body } = await hmi.call("GET", hmiRoutes.models.path(), { signal });
    return ModelList.safeParse(body).data?.models ?? [];
  } catch {
    return [];
  }
}
