/**
 * `stack --help` and `stack` alone: the list of commands. `bin/stack.js` starts it in place of `main.ts`, since what it
 * tells the build has noted, and oclif takes longer to load than all of it. The help class says the same (`cli/help.ts`).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { notedCommands } from "./cli/built-plugin.ts";
import { helpColumns } from "./cli/help-columns.ts";
import { rootHelpLines } from "./cli/root-help.ts";
import { createScreen } from "./cli/screen.ts";
import { handleUncaughtErrors } from "./cli/uncaught-errors.ts";
import { packageRoot } from "./files/package-root.ts";

handleUncaughtErrors(false);
const root = packageRoot();
const described = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const screen = createScreen(process.stdout);
for (const line of rootHelpLines(described, Object.values(notedCommands(root)), helpColumns()))
  screen.line(line);
