import { DEFAULT_CONFIG } from "../config/defaults.ts";
import type { Config } from "../config/schema.ts";
import type { Role } from "../config/services.ts";

/** Whether the configuration says anything of this service, and not only the defaults do. */
export function isConfigured(config: Config, name: Role): boolean {
  return JSON.stringify(config[name]) !== JSON.stringify(DEFAULT_CONFIG[name]);
}
