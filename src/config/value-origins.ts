import { dirname, resolve } from "node:path";
import { isSecretName } from "../text/secret-names.ts";
import { type ConfigLayer, isRecord, type VariableUse } from "./config-layer.ts";
import type { ResolvedConfig } from "./load-config.ts";
import { isSecret } from "./secret-settings.ts";
import type { ServiceConfig } from "./service-config.ts";

/** One value of a configuration, and where it is from. */
export interface ConfigValue {
  /** The names down to it: `["hmi", "port"]`. */
  readonly path: readonly string[];
  /** Text, a number, true, false, null, a list, or an object without names. */
  readonly value: unknown;
  /** `env_file`: a file that the service's `env_files` names. */
  readonly source: "default" | "file" | "environment" | "env_file";
  /** `stack.config.yaml:3:9`, a variable's name, or an env file's path; null of a default. */
  readonly place: string | null;
  /** What was filled in for `${NAME}`. */
  readonly variables: readonly VariableUse[];
  /** Whether it may be a secret, and is not empty. */
  readonly is_secret: boolean;
}

/**
 * Every value of a configuration with where it is from. Settings are all there, with absolute paths; of services is
 * there what was given, and the variables of their `env_files`.
 */
export async function originsOf({
  config,
  file,
  layers,
  givenServices,
}: ResolvedConfig): Promise<ConfigValue[]> {
  const { services, ...settings } = config;
  const given = { ...settings, services: givenServices ?? services };
  const values = leavesOf(given, []).map(([path, value]) => originOf(path, value, layers));
  const folder = file === undefined ? undefined : dirname(file);
  if (folder === undefined || !isRecord(givenServices)) return values;
  const added = await Promise.all(
    Object.entries(services).map(([name, service]) =>
      variablesOfFiles(name, service, givenServices[name], folder),
    ),
  );
  return besideTheirService([...values, ...added.flat()]);
}

/** The values as one object, with this in place of each secret. */
export function asObject(values: readonly ConfigValue[], mask: string | undefined): Record<string, unknown> {
  const whole: Record<string, unknown> = {};
  for (const { path, value, is_secret } of values) {
    let section = whole;
    for (const name of path.slice(0, -1)) section = sectionOf(section, name);
    define(section, path.at(-1) ?? "", is_secret && mask !== undefined ? mask : value);
  }
  return whole;
}

function sectionOf(parent: Record<string, unknown>, name: string): Record<string, unknown> {
  if (!Object.hasOwn(parent, name)) define(parent, name, {});
  return parent[name] as Record<string, unknown>;
}

/** Also for a name such as `__proto__`, which an assignment would take for something else. */
function define(parent: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(parent, name, { value, enumerable: true, configurable: true, writable: true });
}

type Leaf = readonly [path: readonly string[], value: unknown];

function leavesOf(value: unknown, path: readonly string[]): Leaf[] {
  if (!isRecord(value) || (path.length > 0 && Object.keys(value).length === 0)) return [[path, value]];
  return Object.entries(value).flatMap(([name, each]) => leavesOf(each, [...path, name]));
}

function originOf(path: readonly string[], value: unknown, layers: readonly ConfigLayer[]): ConfigValue {
  const layer = layers.findLast((each) => holds(each.values, path));
  const variables = layer?.variablesOf?.(path) ?? [];
  return {
    path,
    value,
    source: layer?.source ?? "default",
    place: layer?.whereIs(path, "value")?.name ?? null,
    variables,
    is_secret: mayBeSecret(value, path) || (value !== "" && variables.some(({ name }) => isSecretName(name))),
  };
}

function holds(values: unknown, path: readonly string[]): boolean {
  const [name, ...rest] = path;
  if (name === undefined) return true;
  return isRecord(values) && Object.hasOwn(values, name) && holds(values[name], rest);
}

/** A flag of a command whose value is one: `--api-key sk-1234`. */
const SECRET_FLAG = /(?:^|\s)--?(?:[\w-]+-)?(?:token|key|secret|password)(?:[=\s]|$)/i;

function mayBeSecret(value: unknown, path: readonly string[]): boolean {
  if (value === "" || value === null) return false;
  const text = Array.isArray(value) ? value.map(String).join(" ") : String(value);
  return isSecret(text, path) || (path.includes("command") && SECRET_FLAG.test(text));
}

/** What a program is given by its env files, where nothing else gives it that. */
async function variablesOfFiles(
  name: string,
  { command }: ServiceConfig,
  given: unknown,
  folder: string,
): Promise<ConfigValue[]> {
  const { env, env_files } = isRecord(given) ? given : {};
  if (command === undefined || env_files === undefined) return [];
  const { readEnvFile } = await import("./services/read-env-file.ts");
  const files = [env_files].flat().map((each) => {
    const place = resolve(folder, String(each));
    const read = readEnvFile(place);
    return { place, variables: "variables" in read ? read.variables : {} };
  });
  const own = isRecord(env) ? env : {};
  const added = Object.entries(command.env).filter(([variable]) => !Object.hasOwn(own, variable));
  return added.map(([variable, value]) => {
    const path = ["services", name, "env", variable];
    const place = files.findLast(({ variables }) => Object.hasOwn(variables, variable))?.place ?? null;
    return { path, value, source: "env_file", place, variables: [], is_secret: mayBeSecret(value, path) };
  });
}

/** What belongs to one section stands together, in the order of the first of it. */
function besideTheirService(values: readonly ConfigValue[]): ConfigValue[] {
  const sections = Map.groupBy(values, ({ path }) => JSON.stringify(path.slice(0, 2)));
  return [...sections.values()].flatMap((section) => {
    const parts = Map.groupBy(section, ({ path }) => path[2]);
    return [...parts.values()].flat();
  });
}
