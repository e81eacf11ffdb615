import type { Config } from "../config/config-schema.ts";
import { isLoopback, urlOf } from "../contract/address.ts";
import type { PlannedService } from "./planned-service.ts";

/** What is ours to guard: of a program of the user's only that one knows whom it answers. */
const OURS: ReadonlySet<PlannedService["kind"]> = new Set(["embedded", "stand-in"]);

/**
 * A sentence for each of these services that is ours, is reached by other machines, and asks nobody for a token.
 * Whoever reaches it reads and changes all conversations.
 */
export function exposureWarnings(config: Config, services: readonly PlannedService[]): string[] {
  if (config.auth.token !== "") return [];
  return services.flatMap(({ name, service, kind, isExternal, spec: { address } }) => {
    if (isExternal || !OURS.has(kind) || address === undefined || isLoopback(address.host)) return [];
    const home = name === "engine" ? "engine.url" : `${service}.host`;
    return `${name} listens at ${urlOf(address)}, beyond this machine, and asks nobody for a token: set auth.token, or ${home} to a loopback address.`;
  });
}
