/**
 * `stack up` without names, and no flag but `--detach` and `--json`: what people and scripts type most often. `bin/stack.js`
 * starts it in place of `main.ts`, as it does {@link file://./fast-status.ts}; all that it does it shares with the command
 * (`commands/up.ts`).
 */
import { explain, tell } from "./cli/explain-error.ts";
import { printJson } from "./cli/print-to-stdout.ts";
import { createScreen } from "./cli/screen.ts";
import { handleUncaughtErrors } from "./cli/uncaught-errors.ts";
import { showUp } from "./cli/up-once.ts";
import { warnOfMisspeltVariables } from "./cli/warn-of-misspelt-variables.ts";
import { loadConfig } from "./config/load-config.ts";

const words = process.argv.slice(3);
const isJson = words.includes("--json");
const wishes = {
  ...{ names: [], adopt: [], replace: [] },
  isConfirmed: false,
  wait: true,
  isDetached: isJson || words.includes("--detach") || words.includes("-d"),
};
handleUncaughtErrors(isJson);
try {
  warnOfMisspeltVariables();
  const config = await loadConfig({ cwd: process.cwd(), env: process.env, file: undefined });
  const result = await showUp(config, wishes, createScreen(isJson ? process.stderr : process.stdout));
  if (isJson) printJson(result);
} catch (error) {
  tell(explain(error), isJson);
}
