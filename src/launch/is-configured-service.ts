import type { Config } from "../config/config-schema.ts";
import { DEFAULT_CONFIG } from "../config/default-config.ts";
import type { Role } from "../config/service-config.ts";

/** Whether the configuration says anything of this service, and not only the defaults do. */
export function isConfiguredService(config: Config, name: Role): boolean {
  return JSON.stringify(config[name]) !== JSON.stringify(DEFAULT_CONFIG[name]);
}
