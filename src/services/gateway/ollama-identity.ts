import { STAND_IN_BUILD } from "../../contract/contract-defaults.ts";
import { EngineVersion } from "../../contract/engine-schemas.ts";
import { engineRoutes } from "../../contract/routes.ts";
import type { Upstream } from "../http/upstream-client.ts";
import type { EngineIdentity } from "./engine-client.ts";

/** Asks an Ollama, or the stand-in, which of them it is; throws where it is neither. */
export async function identifyOllama(engine: Upstream, signal?: AbortSignal): Promise<EngineIdentity> {
  const asked = { method: "GET", path: engineRoutes.version.path() } as const;
  const { version } = await engine.ask(asked, EngineVersion, signal);
  return { kind: version.endsWith(`+${STAND_IN_BUILD}`) ? "stand-in" : "ollama", version };
}
