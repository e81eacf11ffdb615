import { askWhetherMeant } from "../config/closest-name.ts";
import { misspeltVariables } from "../config/misspelt-variables.ts";
import { createScreen } from "./screen.ts";

/** Tells, on standard error, of variables that are set and look like a setting's, and are none. */
export function warnOfMisspeltVariables(): void {
  for (const { name, meant } of misspeltVariables(process.env))
    createScreen(process.stderr).line(`${name} is set, and is no setting. ${askWhetherMeant(meant)}`, 2);
}
