import { dirname, resolve } from "node:path";
import { findConfigFile } from "./config-file.ts";
import { isRecord } from "./config-layer.ts";
import type { Config } from "./config-schema.ts";
import { DEFAULT_CONFIG } from "./default-config.ts";
import { variableOf } from "./environment-layer.ts";
import type { LoadConfigOptions } from "./load-config.ts";
import { readConfigFile } from "./read-config-file.ts";

/**
 * The configuration as far as it must be known to find what runs, where the whole of it has mistakes: the state folder,
 * no services, and else the defaults. Whatever is wrong, this does not throw.
 */
export async function fallbackConfig(options: LoadConfigOptions): Promise<Config> {
  const file = findConfigFile(options);
  const folder = file === undefined ? resolve(options.cwd) : dirname(file);
  const given = file === undefined ? undefined : await stateDirIn(file, options.env);
  const dir = options.env[variableOf(["state", "dir"])] || given || DEFAULT_CONFIG.state.dir;
  return { ...DEFAULT_CONFIG, services: {}, state: { dir: resolve(folder, dir) } };
}

/** A program is not run again for this. */
async function stateDirIn(file: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (/\.m?[jt]s$/.test(file)) return undefined;
  const layer = await readConfigFile(file, env).catch(() => undefined);
  const state: unknown = layer?.values["state"];
  // A variable that is missing now was there when the stack was started; what the folder was then is not known.
  if (layer?.problems?.some(({ path }) => path.join(".") === "state.dir")) return undefined;
  return isRecord(state) && typeof state["dir"] === "string" ? state["dir"] : undefined;
}
