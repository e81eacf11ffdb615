import { UserError } from "../errors.ts";

/** One thing that is wrong, and where it stands. */
export interface Problem {
  /** `stack.config.yaml:3:9`, or the name of an environment variable. */
  readonly where: string;
  readonly message: string;
}

/** Part of a configuration, with the place of each of its values for messages. */
export interface Layer {
  readonly values: Record<string, unknown>;
  /** Where the value of a setting stands, or its name. */
  whereIs(path: readonly PropertyKey[], part: "name" | "value"): string | undefined;
}

/** The error that lists what is wrong with a configuration. */
export function configError(problems: readonly Problem[]): UserError {
  const lines = problems.map(({ where, message }) => `  ${where}  ${message}`);
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  return new UserError("config_invalid", `The configuration has ${count}:\n${lines.join("\n")}`, {
    hint: "Mend the lines above. Nothing was started or changed.",
  });
}

/** True for an object with names; not for a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
