import { readdirSync } from "node:fs";
import { join } from "node:path";

/** What others wrote, what was made of sources, and tests, which create apps that nobody runs. */
const SKIPPED = new Set([
  "node_modules",
  "venv",
  "__pycache__",
  "site-packages",
  "build",
  "dist",
  "test",
  "tests",
]);
const DEEPEST = 3;

/** The files in a folder and in those below it, so deep, as paths relative to it, sorted; no hidden ones. */
export function filesIn(root: string, deepest = DEEPEST, folder = ""): string[] {
  return entriesOf(join(root, folder))
    .filter(({ name }) => !name.startsWith(".") && !SKIPPED.has(name))
    .flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile()) return [path];
      return entry.isDirectory() && deepest > 0 ? filesIn(root, deepest - 1, path) : [];
    })
    .toSorted();
}

/** Nothing for a folder that may not be looked into. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
