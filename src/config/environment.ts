import { DEFAULT_SETTINGS } from "./defaults.ts";
import { isRecord, type Layer } from "./layer.ts";
import type { Config } from "./schema.ts";

/** The environment variable of a setting: `engine.url` -> `STACK_ENGINE_URL`. */
export function variableOf(path: readonly PropertyKey[]): string {
  return `STACK_${path.map(String).join("_").toUpperCase()}`;
}

/**
 * The settings that the environment gives. A list is written with commas, and one of pairs as `name=value` with
 * commas. A variable that is set but empty counts as not set.
 */
export function environmentLayer(env: NodeJS.ProcessEnv): Layer {
  const values: Record<string, Record<string, unknown>> = {};
  for (const [section, settings] of Object.entries(DEFAULT_SETTINGS)) {
    for (const [key, standard] of Object.entries(settings)) {
      const text = env[variableOf([section, key])];
      if (text === undefined || text === "") continue;
      values[section] = { ...values[section], [key]: fromText(text, standard) };
    }
  }
  return {
    values,
    whereIs(path) {
      const name = variableOf(path.slice(0, 2));
      return env[name] ? { name, order: Number.POSITIVE_INFINITY } : undefined;
    },
  };
}

/** What a variable's text means, by the kind of value that its setting has. */
function fromText(text: string, standard: unknown): unknown {
  const parts = text.split(",").map((part) => part.trim());
  if (Array.isArray(standard)) return parts;
  if (isRecord(standard)) return Object.fromEntries(parts.map(pairOf));
  return typeof standard === "number" && /^-?\d+$/.test(text) ? Number(text) : text;
}

function pairOf(text: string): [string, string] {
  const [name = "", ...value] = text.split("=");
  return [name.trim(), value.join("=").trim()];
}

/** The variable that names the configuration file, for a service that runs as a process. */
export const FILE_VARIABLE = "STACK_CONFIG";

/**
 * The environment that gives a process exactly these settings, and lets it read no file. What services there
 * are is none of its business: it gets the default ones.
 */
export function toEnvironment({ services: _, ...settings }: Partial<Config>): Record<string, string> {
  const variables: Record<string, string> = { [FILE_VARIABLE]: "" };
  for (const [section, values] of Object.entries(settings)) {
    for (const [key, value] of Object.entries(values)) variables[variableOf([section, key])] = toText(value);
  }
  return variables;
}

function toText(value: unknown): string {
  if (!isRecord(value)) return String(value);
  return Object.entries(value)
    .map((pair) => pair.join("="))
    .join(",");
}
