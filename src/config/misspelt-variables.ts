import { closestName } from "./closest-name.ts";
import { DEFAULT_SETTINGS } from "./default-config.ts";
import { FILE_VARIABLE, variableOf } from "./environment-layer.ts";
import { secretFileVariable } from "./secret-files.ts";

/** No settings: the marks of a service's processes, what a build of the package asks for, and the server of `--postgresql`. */
const OWN_VARIABLES = ["STACK_SERVICE", "STACK_STATE_DIR", "STACK_SKIP_BUILD", "STACK_VERIFY_POSTGRESQL"];

/** Of another program named stack, Haskell's: they mean no setting of ours. */
const FOREIGN_VARIABLES = new Set([
  "STACK_ROOT",
  "STACK_YAML",
  "STACK_CONFIG_YAML",
  "STACK_GLOBAL_CONFIG",
  "STACK_WORK",
  "STACK_XDG",
  "STACK_EXE",
]);

/** A variable that looks like one of ours, and is none. */
export interface MisspeltVariable {
  readonly name: string;
  readonly meant: string;
}

/**
 * The variables that were probably meant to be a setting: those near to one. What is far from all of them is another
 * program's, and none of our business.
 */
export function misspeltVariables(env: NodeJS.ProcessEnv): MisspeltVariable[] {
  const settings = Object.entries(DEFAULT_SETTINGS).flatMap(([section, keys]) =>
    Object.keys(keys).flatMap((key) => {
      const variable = variableOf([section, key]);
      const file = secretFileVariable(variable, [section, key]);
      return file === undefined ? [variable] : [variable, file];
    }),
  );
  const known = [...settings, FILE_VARIABLE];
  const isKnown = new Set([...known, ...OWN_VARIABLES]);
  return Object.keys(env).flatMap((name) => {
    if (!/^STACK_./i.test(name) || isKnown.has(name) || FOREIGN_VARIABLES.has(name)) return [];
    const tail = (variable: string): string => variable.slice("STACK_".length);
    const [text, isWord] = [tail(name), !tail(name).includes("_")];
    const meant = closestName(text, known.map(tail), isWord ? 1 : 2);
    // A whole section, as `STACK_ENGINE`, is nobody's mistake for one of its settings.
    const isNone = meant === undefined || (isWord && meant.startsWith(`${text}_`));
    return isNone ? [] : [{ name, meant: `STACK_${meant}` }];
  });
}
