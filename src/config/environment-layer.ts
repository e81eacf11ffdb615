import { type ConfigLayer, type ConfigProblem, isRecord } from "./config-layer.ts";
import type { Config } from "./config-schema.ts";
import { DEFAULT_SETTINGS } from "./default-config.ts";
import { givenText } from "./secret-files.ts";
import { valueLike } from "./value-from-text.ts";

/** The environment variable of a setting: `engine.url` -> `STACK_ENGINE_URL`. */
export function variableOf(path: readonly PropertyKey[]): string {
  return `STACK_${path.map(String).join("_").toUpperCase()}`;
}

/**
 * The settings that the environment gives. A list is written with commas, and one of pairs as `name=value` with
 * commas, or as JSON. A variable that is set but empty counts as not set. A secret may stand in a file: `secret-files.ts`.
 */
export function environmentLayer(env: NodeJS.ProcessEnv): ConfigLayer {
  const values: Record<string, Record<string, unknown>> = {};
  const names = new Map<string, string>();
  const problems: ConfigProblem[] = [];
  for (const [section, settings] of Object.entries(DEFAULT_SETTINGS)) {
    for (const [key, standard] of Object.entries(settings)) {
      const path = [section, key];
      const variable = variableOf(path);
      const given = givenText(env, variable, path);
      if (given === undefined) continue;
      names.set(variable, given.name);
      if (given.problem !== undefined) problems.push({ path, part: "value", message: given.problem });
      else values[section] = { ...values[section], [key]: valueLike(standard, given.text) };
    }
  }
  return {
    source: "environment",
    values,
    problems,
    whereIs(path) {
      const name = names.get(variableOf(path.slice(0, 2)));
      return name === undefined ? undefined : { name, order: Number.POSITIVE_INFINITY };
    },
  };
}

/** The variable that names the configuration file, for a service that runs as a process. */
export const FILE_VARIABLE = "STACK_CONFIG";

/**
 * The environment that gives a process exactly these settings, and lets it read no file. What services there
 * are is none of its business: it gets the default ones.
 */
export function toEnvironment({
  services: _,
  ...settings
}: { readonly [Section in keyof Config]?: Partial<Config[Section]> }): Record<string, string> {
  const variables: Record<string, string> = { [FILE_VARIABLE]: "" };
  for (const [section, values] of Object.entries(settings)) {
    for (const [key, value] of Object.entries(values)) variables[variableOf([section, key])] = toText(value);
  }
  return variables;
}

function toText(value: unknown): string {
  return isRecord(value) ? JSON.stringify(value) : String(value);
}
