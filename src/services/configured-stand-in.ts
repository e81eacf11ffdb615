import type { Config } from "../config/config-schema.ts";
import { addressOfUrl } from "../contract/address.ts";
import type { RunningService } from "./http/running-service.ts";
import { engineOptionsIn } from "./stand-in-engine/engine-environment.ts";
import { startStandIn } from "./stand-in-engine/start-stand-in.ts";

/**
 * Starts the engine stand-in where the configuration expects an engine.
 *
 * @param env the variables of `ollama serve`, of which it obeys those that it knows
 */
export async function startConfiguredStandIn(
  config: Config,
  env: NodeJS.ProcessEnv = {},
): Promise<RunningService> {
  const tokenDelayMs = config.engine.token_delay_ms;
  const access = { token: config.auth.token, allowedHosts: config.http.allowed_hosts };
  return await startStandIn({
    ...engineOptionsIn(env),
    ...addressOfUrl(config.engine.url),
    ...access,
    tokenDelayMs,
    announce: true,
  });
}
