import { UserError } from "../errors/user-error.ts";

/** Where something stands that a configuration says. */
export interface ConfigPlace {
  /** `stack.config.yaml:3:9`, `stack.config.ts`, or the name of an environment variable. */
  readonly name: string;
  /** Problems are told in this order: where in the file it is, and after all files what variables say. */
  readonly order: number;
}

/** One thing that is wrong, and where it stands. */
export interface LocatedConfigProblem {
  readonly place: ConfigPlace;
  readonly message: string;
}

/** One thing that is wrong, by the path of the setting: `["hmi", "port"]`. */
export interface ConfigProblem {
  readonly path: readonly PropertyKey[];
  /** Whether the setting's name is at fault, or its value. */
  readonly part: "name" | "value";
  readonly message: string;
}

/** A variable that was filled in. */
export interface VariableUse {
  readonly name: string;
  /** `environment`, or the absolute path of the file of variables. */
  readonly place: string;
}

/** Part of a configuration, with the place of each of its values for messages. */
export interface ConfigLayer {
  readonly source: "file" | "environment";
  readonly values: Record<string, unknown>;
  /** Where the value of a setting stands, or its name. */
  whereIs(path: readonly PropertyKey[], part: ConfigProblem["part"]): ConfigPlace | undefined;
  /** The variables that a value, or what is below it, was made of. */
  variablesOf?(path: readonly string[]): readonly VariableUse[];
  /** What kept a value from being made of its variables; such a value stands there as it was written. */
  readonly problems?: readonly ConfigProblem[];
}

/** The error that lists what is wrong with a configuration, in the order in which it is read. */
export function configError(problems: readonly LocatedConfigProblem[]): UserError {
  const lines = problems
    .toSorted((a, b) => a.place.order - b.place.order)
    .map(({ place, message }) => `  ${place.name}  ${message}`);
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  return new UserError("config_invalid", `The configuration has ${count}:\n${lines.join("\n")}`, {
    hint: "Mend the lines above. Nothing was started or changed.",
  });
}

/** True for an object with names; not for a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
