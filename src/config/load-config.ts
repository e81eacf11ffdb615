import { dirname, resolve } from "node:path";
import { DRIVER_FILE } from "../contract/foreign-back-end.ts";
import { withAbsolutePath } from "../contract/store-address.ts";
import { type ConfigFileOptions, findConfigFile, requireTrustedFile } from "./config-file.ts";
import { type ConfigLayer, type ConfigProblem, configError, isRecord } from "./config-layer.ts";
import { type Config, ConfigSchema, type Settings } from "./config-schema.ts";
import { DEFAULT_CONFIG, DEFAULT_SETTINGS } from "./default-config.ts";
import { environmentLayer } from "./environment-layer.ts";
import { mergeLayers, nearestPlace, placesIn, withFaultsOfLayers } from "./merge-config-layers.ts";
import { peopleProblems } from "./people-problems.ts";
import { portProblems } from "./port-problems.ts";
import { readConfigFile } from "./read-config-file.ts";
import { replicaProblems } from "./replica-problems.ts";
import { problemsOf } from "./schema-problems.ts";
import type { Services } from "./service-config.ts";
import { unusedWireProblems } from "./unused-wire-problems.ts";
import { wireDescriptionProblems } from "./wire-problems.ts";
import { PLAIN_WORDS } from "./zod-error-messages.ts";

export interface LoadConfigOptions extends ConfigFileOptions {
  env: NodeJS.ProcessEnv;
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

/** Whether somebody said this, be it the default's very value. */
export function isGiven({ layers }: Pick<ResolvedConfig, "layers">, section: string, name: string): boolean {
  return layers.some(({ values }) => isRecord(values[section]) && name in values[section]);
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
  const file = findConfigFile(options);
  // What this user has named is trusted by that; what was found may be anybody's, and may be a program.
  if (file !== undefined && options.file === undefined) requireTrustedFile(file, options.env);
  const layers = [
    ...(file === undefined ? [] : [await readConfigFile(file, options.env)]),
    environmentLayer(options.env),
  ];
  const merged = mergeLayers(structuredClone(DEFAULT_SETTINGS), layers);
  const folder = file === undefined ? resolve(options.cwd) : dirname(file);
  // The address of the schema is for editors.
  const { services: given, $schema: _, ...values } = merged;
  const parsed = ConfigSchema.safeParse(values, PLAIN_WORDS);
  const { services, problems } = await servicesOf(given, folder, parsed.data);
  const placeOf = placesIn(layers);
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
