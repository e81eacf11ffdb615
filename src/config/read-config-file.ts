import { readFileSync } from "node:fs";
import { UserError } from "../errors/user-error.ts";
import type { ConfigLayer } from "./config-layer.ts";
import { whyUnreadable } from "./unreadable-file.ts";

/**
 * What a configuration file says, whatever that means, with variables filled in. Throws a UserError where it is
 * malformed or cannot be read.
 */
export async function readConfigFile(path: string, env: NodeJS.ProcessEnv): Promise<ConfigLayer> {
  const text = readText(path);
  // Most runs have no file: what reads one is loaded only for those that do.
  if (/\.m?[jt]s$/.test(path)) return await (await import("./module-file.ts")).runConfigFile(path);
  const layer = (await import("./parse-config-file.ts")).parseConfigFile(path, text);
  if (!text.includes("$")) return layer;
  return (await import("./interpolate-layer.ts")).interpolateLayer(layer, path, env);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(
      "config_unreadable",
      `The configuration cannot be read: ${whyUnreadable(path, error)}.`,
      { hint: "Check the path given with --config." },
    );
  }
}
