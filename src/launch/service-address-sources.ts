import type { Config } from "../config/config-schema.ts";
import { DEFAULT_CONFIG } from "../config/default-config.ts";
import { ROLES, type Role } from "../config/service-config.ts";
import { urlOf } from "../contract/address.ts";
import type { ForeignContract } from "../contract/foreign-back-end.ts";
import type { ServiceAddressSource, ServiceAddressSources } from "../targets/service-address-source.ts";
import { engineUrlForGateway } from "./service-specs.ts";

/** What is known of a stack beside its configuration. */
interface GivenStack {
  /** The services that a flag names, by their URLs. */
  readonly urls: { readonly [Name in Role]?: string | undefined };
  /** The contract in force. */
  readonly contract: Pick<ForeignContract, "driver">;
}

/** Where the addresses of a stack's services are from, and which of them `stack up` starts. */
export function serviceAddressSources(config: Config, { urls, contract }: GivenStack): ServiceAddressSources {
  const originOf = (name: Role): ServiceAddressSource => {
    const given = urls[name];
    const isHere = given === undefined || given === configuredUrl(config, name);
    const isDefault = given === undefined && hasDefaultUrl(config, name);
    return {
      namedBy: given === undefined ? settingOf(config, name) : `--${name}`,
      ...(isDefault && { isDefault }),
      isStartedByStack: isHere && isStartedHere(config, name, contract),
    };
  };
  return Object.fromEntries(ROLES.map((name) => [name, originOf(name)]));
}

function configuredUrl(config: Config, name: Role): string {
  return name === "engine" ? engineUrlForGateway(config) : urlOf(config[name]);
}

function settingOf(config: Config, name: Role): string {
  if (name === "engine" && config.engine.tap_port !== 0) return "engine.tap_port";
  const settings = name === "engine" ? "engine.url" : `${name}.host and ${name}.port`;
  return hasDefaultUrl(config, name) ? `the default of ${settings}` : settings;
}

function hasDefaultUrl(config: Config, name: Role): boolean {
  return configuredUrl(config, name) === configuredUrl(DEFAULT_CONFIG, name);
}

/** A program of the user's, or one of ours: but ours speaks no other wire than our own. */
function isStartedHere(
  { services }: Config,
  name: Role,
  { driver }: Pick<ForeignContract, "driver">,
): boolean {
  const service = services[name];
  if (service === undefined || service.url !== undefined) return false;
  return service.command !== undefined || name === "engine" || driver === "ours";
}
