import { type Address, addressOfUrl } from "../contract/address.ts";
import { DEFAULTS } from "../contract/contract-defaults.ts";
import type { Settings } from "./config-schema.ts";
import { ROLES, type Role } from "./service-config.ts";

/** Where the engine, the gateway or the HMI is: its own settings say it, whoever runs it. */
export function roleAddress(role: Role, settings: Settings): Address {
  return role === "engine" ? addressOfUrl(settings.engine.url) : settings[role];
}

/** Where the tap in front of the engine listens; with port 0 there is none. */
export function tapAddress({ engine }: Pick<Settings, "engine">): Address {
  return { host: DEFAULTS.host, port: engine.tap_port };
}

/** True for the name of a service that has an address of its own in the settings. */
export function isRole(name: string): name is Role {
  return ROLES.some((role) => role === name);
}
