import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder, and those above it that are missing, one by one. Not by Node's own recursion, which never ends where
 * the OS says that a parent is missing which is there, as below /proc.
 *
 * @param make makes one of them, whose parent is there
 * @throws what the OS says
 */
export function makeFolders(path: string, make: (folder: string) => void = makeOne): void {
  const folder = resolve(path);
  const parent = dirname(folder);
  if (!existsSync(parent)) makeFolders(parent, make);
  make(folder);
}

/** One that is there is left as it is, also where somebody else made it meanwhile. */
function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}
