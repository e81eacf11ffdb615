import type { Settings } from "../config/config-schema.ts";
import { DEFAULT_SETTINGS } from "../config/default-config.ts";
import { FILE_VARIABLE, toEnvironment, variableOf } from "../config/environment-layer.ts";
import type { OwnService } from "../config/replicas.ts";
import { secretFileVariable } from "../config/secret-files.ts";
import { isSecret } from "../config/secret-settings.ts";
import { isLoopback } from "../contract/address.ts";
import type { DeployedSecret } from "./container-deployment.ts";

/** The sections that gateway and HMI read; of the engine only the gateway. */
const SECTIONS = ["hmi", "gateway", "chat", "stream", "auth", "http", "store", "replicas", "log"] as const;

/** For the stand-in and the tap, which are never exported. */
const NOT_EXPORTED = new Set(["engine.token_delay_ms", "engine.tap_port"]);

/**
 * The variables that give a service of ours these settings, and let it read no file: those that are not as they are
 * anyway, and no secrets, which {@link secretsOf} lists.
 */
export function exportedVariables(service: OwnService, settings: Settings): Record<string, string> {
  const sections = service === "gateway" ? [...SECTIONS, "engine" as const] : SECTIONS;
  const variables = { [FILE_VARIABLE]: "" };
  for (const section of sections) {
    const given: Record<string, unknown> = settings[section];
    const standard: Record<string, unknown> = DEFAULT_SETTINGS[section];
    const changed = Object.entries(given).filter(([key, value]) => {
      const isExported = !NOT_EXPORTED.has(`${section}.${key}`) && !isSecret("", [section, key]);
      return isExported && JSON.stringify(value) !== JSON.stringify(standard[key]);
    });
    Object.assign(variables, toEnvironment({ [section]: Object.fromEntries(changed) }));
  }
  return variables;
}

interface SecretSetting {
  readonly path: readonly [section: string, key: string];
  readonly example: string;
  /** Who reads it, and when it is needed. */
  isNeeded(service: OwnService, settings: Settings): boolean;
}

/** What other machines reach asks for a token, whether or not the configuration has one. */
const SECRET_SETTINGS: readonly SecretSetting[] = [
  {
    path: ["auth", "token"],
    example: '"$(openssl rand -hex 32)"',
    isNeeded: (service, { auth, ...settings }) => auth.token !== "" || !isLoopback(settings[service].host),
  },
  {
    path: ["store", "url"],
    example: "'postgresql://user:password@host/database'",
    isNeeded: (_, { store }) => store.url !== "",
  },
  {
    path: ["auth", "users"],
    example: `'{"ann": "..."}'`,
    isNeeded: (_, { auth }) => Object.keys(auth.users).length > 0,
  },
  {
    path: ["engine", "api_key"],
    example: "'...'",
    isNeeded: (service, { engine }) => service === "gateway" && engine.api_key !== "",
  },
];

/** The secrets that a service of ours reads, each by the variable that names its file. */
export function secretsOf(service: OwnService, settings: Settings): readonly DeployedSecret[] {
  return SECRET_SETTINGS.filter(({ isNeeded }) => isNeeded(service, settings)).map(({ path, example }) => {
    const variable = secretFileVariable(variableOf(path), path) ?? "";
    return { name: path.join("-").replaceAll("_", "-"), variable, example };
  });
}
