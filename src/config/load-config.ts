import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DRIVER_FILE } from "../contract/foreign-back-end.ts";
import { withAbsolutePath } from "../contract/store-address.ts";
import { UserError } from "../errors/user-error.ts";
import { SAFE_DIRECTORIES_VARIABLE, whyUntrusted } from "../files/file-owners.ts";
import { shellWord } from "../text/shell-word.ts";
import { portProblems } from "./addresses.ts";
import {
  type ConfigLayer,
  type ConfigPlace,
  type ConfigProblem,
  configError,
  isRecord,
} from "./config-layer.ts";
import { type Config, ConfigSchema, type Settings } from "./config-schema.ts";
import { DEFAULT_CONFIG, DEFAULT_SETTINGS } from "./default-config.ts";
import { environmentLayer } from "./environment-layer.ts";
import { PLAIN_WORDS } from "./expected-words.ts";
import { peopleProblems } from "./people-problems.ts";
import { replicaProblems } from "./replicas.ts";
import { problemsOf } from "./schema-problems.ts";
import type { Services } from "./service-config.ts";
import { whyUnreadable } from "./unreadable-file.ts";
import { unusedWireProblems } from "./unused-wire-problems.ts";
import { wireDescriptionProblems } from "./wire-problems.ts";

/** File names that are looked for, in this order. */
export const CONFIG_FILES: readonly string[] = ["yaml", "yml", "json", "ts", "mts", "js", "mjs"].map(
  (ending) => `stack.config.${ending}`,
);

export interface LoadConfigOptions {
  /** Where the search for a file begins; it goes on upwards. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** A file that is used instead of a search; empty for none at all. */
  file?: string | undefined;
  /** How a stack is talked to that a command was told of; counts before `contract.driver`. */
  driver?: string | undefined;
}

/** A configuration, and what it was made of. */
export interface ResolvedConfig {
  readonly config: Config;
  /** Absolute path of the file that was read; undefined where there is none. */
  readonly file: string | undefined;
  /** What was given, the last layer winning; defaults are no layer. */
  readonly layers: readonly ConfigLayer[];
  /** What stands under `services`, before it was read; undefined where nothing does. */
  readonly givenServices: unknown;
}

/** The configuration alone of {@link resolveConfig}. */
export async function loadConfig(options: LoadConfigOptions): Promise<Config> {
  return (await resolveConfig(options)).config;
}

/**
 * The configuration: defaults, then the file, then the environment. Paths come out absolute, relative
 * ones being meant from the file's folder (without a file, from `cwd`). Throws a UserError that names
 * every problem at once, on the user's own lines; `config_untrusted` where a file was found that others may have written.
 */
export async function resolveConfig(options: LoadConfigOptions): Promise<ResolvedConfig> {
  const file = chooseFile(options);
  // What this user has named is trusted by that; what was found may be anybody's, and may be a program.
  if (file !== undefined && options.file === undefined) requireTrusted(file, options.env);
  const layers = [
    ...(file === undefined ? [] : [await readLayer(file, options.env)]),
    environmentLayer(options.env),
  ];
  const merged = layers.reduce<Record<string, unknown>>(
    (base, layer) => merge(base, layer.values),
    structuredClone(DEFAULT_SETTINGS),
  );
  const folder = file === undefined ? resolve(options.cwd) : dirname(file);
  // The address of the schema is for editors.
  const { services: given, $schema: _, ...values } = merged;
  const parsed = ConfigSchema.safeParse(values, PLAIN_WORDS);
  const { services, problems } = await servicesOf(given, folder, parsed.data);
  const placeOf: PlaceOf = (path, part = "value") =>
    layers.map((layer) => layer.whereIs(path, part)).findLast((place) => place !== undefined);
  const told = parsed.success
    ? [
        ...problems,
        ...portProblems(services, parsed.data, placeOf),
        ...peopleProblems(parsed.data, options.driver),
        ...storeProblems(parsed.data, layers),
        ...replicaProblems(services, parsed.data),
        ...unusedWireProblems(parsed.data),
      ]
    : [...problemsOf(ConfigSchema, parsed.error, { besides: ["services"] }), ...problems];
  const all = withFaultsOfLayers(layers, [...told, ...(await wireDescriptionProblems(values["contract"]))]);
  if (!parsed.success || all.length > 0) {
    throw configError(
      all.map(({ path, part, message }) => {
        const name = path.map(String).join(".");
        return {
          place: nearestPlace(path, part, placeOf) ?? { name, order: 0 },
          message: `${name}: ${message}`,
        };
      }),
    );
  }
  const config = withAbsolutePaths({ ...parsed.data, services }, folder);
  return { config, file, layers, givenServices: given };
}

/** A file and a server for the same conversations: nobody knows which was meant. */
function storeProblems({ store }: Settings, layers: readonly ConfigLayer[]): ConfigProblem[] {
  const isPathGiven = layers.some(({ values }) => isRecord(values["store"]) && "path" in values["store"]);
  if (store.url === "" || !isPathGiven) return [];
  const message =
    "cannot go with store.path: leave one of the two out; `stack store copy` brings conversations over";
  return [{ path: ["store", "url"], part: "value", message }];
}

/** Where a setting stands, in the last layer that has it. */
type PlaceOf = (path: readonly PropertyKey[], part?: ConfigProblem["part"]) => ConfigPlace | undefined;

/** Of what stands nowhere, where that is which should hold it. */
function nearestPlace(
  path: readonly PropertyKey[],
  part: ConfigProblem["part"],
  placeOf: PlaceOf,
): ConfigPlace | undefined {
  return (
    placeOf(path, part) ?? (path.length < 2 ? undefined : nearestPlace(path.slice(0, -1), "name", placeOf))
  );
}

/** Of a value that lacks a variable nothing else is told: nobody knows what it is. */
function withFaultsOfLayers(
  layers: readonly ConfigLayer[],
  others: readonly ConfigProblem[],
): ConfigProblem[] {
  const problems = layers.flatMap((layer) => layer.problems ?? []);
  const keyOf = ({ path }: ConfigProblem): string => path.map(String).join("\0");
  const told = new Set(problems.map(keyOf));
  return [...problems, ...others.filter((problem) => !told.has(keyOf(problem)))];
}

/** Most configurations name no services: the schema of theirs is only built for those that do. */
async function servicesOf(
  given: unknown,
  folder: string,
  settings: Settings | undefined,
): Promise<{ readonly services: Services; readonly problems: readonly ConfigProblem[] }> {
  if (given === undefined) return { services: DEFAULT_CONFIG.services, problems: [] };
  const [{ readServices }, { patternProblems }] = await Promise.all([
    import("./services/read-services.ts"),
    import("./services/pattern-problems.ts"),
  ]);
  const { services, problems } = readServices(given, folder, settings);
  return { services, problems: [...problems, ...(await patternProblems(services))] };
}

/** The file that a configuration is read from, whether or not it may be trusted; undefined where there is none. */
export function chooseFile({ cwd, file }: Omit<LoadConfigOptions, "env">): string | undefined {
  if (file === undefined) return findFile(cwd);
  return file === "" ? undefined : resolve(cwd, file);
}

function findFile(cwd: string): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = CONFIG_FILES.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined || folder === dirname(folder)) return found;
  }
}

function requireTrusted(file: string, env: NodeJS.ProcessEnv): void {
  const problem = whyUntrusted(file, env);
  if (problem === undefined) return;
  const folder = dirname(file);
  throw new UserError("config_untrusted", `The configuration ${file} is not read: ${problem.found}.`, {
    hint:
      `${problem.advice}\n` +
      `If you trust it all the same, name it (--config ${shellWord(file)}) ` +
      `or allow its folder (${SAFE_DIRECTORIES_VARIABLE}=${shellWord(folder)}).`,
  });
}

/**
 * What a configuration file says, whatever that means, with variables filled in. Throws a UserError where it is
 * malformed or cannot be read.
 */
export async function readLayer(path: string, env: NodeJS.ProcessEnv): Promise<ConfigLayer> {
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

function withAbsolutePaths(config: Config, folder: string): Config {
  const { path } = config.store;
  return {
    ...config,
    contract: {
      ...config.contract,
      driver: DRIVER_FILE.test(config.contract.driver)
        ? resolve(folder, config.contract.driver)
        : config.contract.driver,
      store: withAbsolutePath(config.contract.store, folder),
    },
    store: { ...config.store, path: path === ":memory:" ? path : resolve(folder, path) },
    state: { dir: resolve(folder, config.state.dir) },
  };
}
