import { DEFAULT_CONFIG } from "./defaults.ts";
import type { Layer } from "./load.ts";

/** The environment variable of a setting: `engine.url` -> `STACK_ENGINE_URL`. */
export function variableOf(path: readonly PropertyKey[]): string {
  return `STACK_${path.map(String).join("_").toUpperCase()}`;
}

/** The settings that the environment gives. A variable that is set but empty counts as not set. */
export function environmentLayer(env: NodeJS.ProcessEnv): Layer {
  const values: Record<string, Record<string, unknown>> = {};
  for (const [section, settings] of Object.entries(DEFAULT_CONFIG)) {
    for (const [key, standard] of Object.entries(settings)) {
      const text = env[variableOf([section, key])];
      if (text === undefined || text === "") continue;
      const value = typeof standard === "number" && /^-?\d+$/.test(text) ? Number(text) : text;
      values[section] = { ...values[section], [key]: value };
    }
  }
  return {
    values,
    whereIs: (path) => (env[variableOf(path)] === undefined ? undefined : variableOf(path)),
  };
}
