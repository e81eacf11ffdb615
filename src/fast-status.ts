/**
 * `stack status` without names, and no flag but `--json`: what people and scripts ask most often. `bin/stack.js` starts
 * it in place of `main.ts`, since oclif takes as long to load as the look itself. What it shows, and how errors are
 * told, it shares with the command (`commands/status.ts`).
 */
import { explain, tell } from "./cli/explain-error.ts";
import { printJson } from "./cli/print-to-stdout.ts";
import { loadRunningConfig } from "./cli/running-config.ts";
import { createScreen } from "./cli/screen.ts";
import { showStatusOnce } from "./cli/status-once.ts";
import { handleUncaughtErrors } from "./cli/uncaught-errors.ts";

const isJson = process.argv.includes("--json");
handleUncaughtErrors(isJson);
try {
  const found = await loadRunningConfig(undefined, createScreen(process.stderr));
  // Standard output is the result alone.
  const status = await showStatusOnce(found, [], createScreen(isJson ? process.stderr : process.stdout));
  if (isJson) printJson(status);
} catch (error) {
  tell(explain(error), isJson);
}
