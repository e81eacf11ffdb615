import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ConfigLayer, type ConfigProblem, isRecord, type VariableUse } from "./config-layer.ts";
import { ConfigSchema } from "./config-schema.ts";
import { InterpolationProblem, interpolate, type Lookup } from "./interpolation.ts";
import { readEnvFile } from "./services/read-env-file.ts";
import { ServiceSchema } from "./services/service-schema.ts";
import { valueBySchema } from "./value-from-text.ts";

/** The file of variables beside a configuration, for what its values name. */
const ENV_FILE = ".env";

/**
 * A layer of a file with the variables of its values filled in, from the environment, which wins, and from the `.env`
 * beside it. A setting that is a number, or true or false, becomes one; all else stays text.
 */
export function interpolateLayer(layer: ConfigLayer, file: string, env: NodeJS.ProcessEnv): ConfigLayer {
  const interpolation = new LayerInterpolation(join(dirname(file), ENV_FILE), env);
  const values = interpolation.fill(layer.values, []) as Record<string, unknown>;
  const { problems, uses } = interpolation;
  return { ...layer, values, problems, variablesOf: (path) => uses.get(path.join("\0")) ?? [] };
}

class LayerInterpolation {
  readonly problems: ConfigProblem[] = [];
  /** By path. */
  readonly uses = new Map<string, readonly VariableUse[]>();
  readonly #envFile: string;
  readonly #env: NodeJS.ProcessEnv;
  #variables: Readonly<Record<string, string>> | undefined;

  constructor(envFile: string, env: NodeJS.ProcessEnv) {
    this.#envFile = envFile;
    this.#env = env;
  }

  /** What cannot be filled in stays as it is, and is a problem. */
  fill(value: unknown, path: readonly string[]): unknown {
    if (Array.isArray(value)) return value.map((each, index) => this.fill(each, [...path, String(index)]));
    if (isRecord(value))
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => [name, this.fill(each, [...path, name])]),
      );
    return typeof value === "string" && value.includes("$") ? this.#fillText(value, path) : value;
  }

  #fillText(text: string, path: readonly string[]): unknown {
    const uses: VariableUse[] = [];
    const lookup: Lookup = (name) => {
      const { value, place } = this.#find(name);
      if (value !== undefined) uses.push({ name, place });
      return value;
    };
    try {
      const filled = interpolate(text, lookup);
      for (let length = path.length; length > 0; length--) this.#note(path.slice(0, length), uses);
      return text.includes("${") ? asSetting(filled, path) : filled;
    } catch (error) {
      if (!(error instanceof InterpolationProblem)) throw error;
      this.problems.push({ path, part: "value", message: error.message });
      return text;
    }
  }

  #note(path: readonly string[], uses: readonly VariableUse[]): void {
    const key = path.join("\0");
    this.uses.set(key, [...(this.uses.get(key) ?? []), ...uses]);
  }

  #find(name: string): { readonly value: string | undefined; readonly place: string } {
    const given = this.#env[name];
    if (given !== undefined) return { value: given, place: "environment" };
    this.#variables ??= this.#readEnvFile();
    const value = Object.hasOwn(this.#variables, name) ? this.#variables[name] : undefined;
    return { value, place: this.#envFile };
  }

  /** Only where a value names what the environment does not have: nobody else needs it. */
  #readEnvFile(): Readonly<Record<string, string>> {
    if (!existsSync(this.#envFile)) return {};
    const read = readEnvFile(this.#envFile);
    if ("problem" in read) throw new InterpolationProblem(read.problem);
    return read.variables;
  }
}

function asSetting(text: string, path: readonly string[]): unknown {
  return path[0] === "services"
    ? valueBySchema(ServiceSchema, path.slice(2), text)
    : valueBySchema(ConfigSchema, path, text);
}
