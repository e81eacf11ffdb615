import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type * as z from "zod";
import { messageOf, UserError } from "../errors.ts";
import { DEFAULT_CONFIG } from "./defaults.ts";
import { environmentLayer } from "./environment.ts";
import { configError, isRecord, type Layer, type Problem } from "./layer.ts";
import { type Config, ConfigSchema } from "./schema.ts";

/** File names that are looked for, in this order. JSON is YAML too. */
export const CONFIG_FILES = ["stack.config.yaml", "stack.config.yml", "stack.config.json"] as const;

export interface LoadOptions {
  /** Where the search for a file begins; it goes on upwards. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** A file that is used instead of a search; empty for none at all. */
  file?: string | undefined;
}

/**
 * The configuration: defaults, then the file, then the environment. Paths come out absolute, relative
 * ones being meant from the file's folder (without a file, from `cwd`). Throws a UserError that names
 * every problem at once, on the user's own lines.
 */
export async function loadConfig(options: LoadOptions): Promise<Config> {
  const file = chooseFile(options);
  const layers = [...(file === undefined ? [] : [await fileLayer(file)]), environmentLayer(options.env)];
  const merged = layers.reduce<Record<string, unknown>>(
    (base, layer) => merge(base, layer.values),
    structuredClone(DEFAULT_CONFIG),
  );
  const parsed = ConfigSchema.safeParse(merged);
  if (!parsed.success) {
    throw configError(parsed.error.issues.flatMap((issue) => problemsOf(issue, layers)));
  }
  return withAbsolutePaths(parsed.data, file === undefined ? options.cwd : dirname(file));
}

function chooseFile({ cwd, file }: LoadOptions): string | undefined {
  if (file === undefined) return findFile(cwd);
  return file === "" ? undefined : resolve(cwd, file);
}

function findFile(cwd: string): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = CONFIG_FILES.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined || folder === dirname(folder)) return found;
  }
}

async function fileLayer(path: string): Promise<Layer> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(
      "config_unreadable",
      `The configuration ${path} cannot be read: ${messageOf(error)}.`,
      {
        hint: "Check the path given with --config.",
      },
    );
  }
  // Most runs have no file: the parser is loaded only for those that do.
  const { parseConfigFile } = await import("./file.ts");
  return parseConfigFile(path, text);
}

function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    if (isRecord(below) && isRecord(value)) merged[key] = merge(below, value);
    // What stands where a section belongs is kept, so that it is reported at its own place.
    else if (below === undefined || !isRecord(value)) merged[key] = value;
  }
  return merged;
}

/** One problem for each wrong value; an unknown key is reported where it stands, not where it is missing. */
function problemsOf(issue: z.core.$ZodIssue, layers: readonly Layer[]): Problem[] {
  const keys = issue.code === "unrecognized_keys" ? issue.keys : [undefined];
  return keys.map((key) => {
    const path = key === undefined ? issue.path : [...issue.path, key];
    const part = key === undefined ? "value" : "name";
    const where = layers.map((layer) => layer.whereIs(path, part)).findLast((place) => place !== undefined);
    const name = path.map(String).join(".");
    const message = key === undefined ? issue.message : "there is no such setting";
    return { where: where ?? name, message: `${name}: ${message}` };
  });
}

function withAbsolutePaths(config: Config, folder: string): Config {
  const { path } = config.store;
  return {
    ...config,
    store: { path: path === ":memory:" ? path : resolve(folder, path) },
    state: { dir: resolve(folder, config.state.dir) },
  };
}
