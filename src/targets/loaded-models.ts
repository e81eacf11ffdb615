import { EngineLoaded } from "../contract/engine-schemas.ts";
import { engineRoutes } from "../contract/routes.ts";
import type { HttpClient } from "./http-client.ts";

/**
 * The models that an Ollama has loaded, each with when it will unload it: every use moves that. Models of the same weights
 * are one there, by the name that was loaded first.
 */
export type LoadedModels = ReadonlyMap<string, string>;

/** What `GET /api/ps` tells; undefined where the engine has no such list, or one without times. */
export async function loadedModels(
  engine: HttpClient,
  signal: AbortSignal,
): Promise<LoadedModels | undefined> {
  try {
    const { body } = await engine.call("GET", engineRoutes.ps.path(), { signal });
    const models = EngineLoaded.parse(body).models.map(({ name, expires_at }) => [name, expires_at] as const);
    const timed = models.flatMap(([name, at]) => (at === undefined ? [] : [[name, at] as const]));
    return timed.length === models.length ? new Map(timed) : undefined;
  } catch {
    return undefined;
  }
}

/** The models that were used between two looks; one that is unloaded at once after its use is not among them. */
export function usedBetween(before: LoadedModels, after: LoadedModels): readonly string[] {
  return [...after].filter(([name, at]) => before.get(name) !== at).map(([name]) => name);
}
