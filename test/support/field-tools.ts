import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The place of a program on the PATH; undefined where there is none, and a test says that it is skipped. */
export function toolOnPath(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
