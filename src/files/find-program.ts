import { accessSync, constants, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";

/**
 * The first program of that name on the PATH that may be run; absolute, because it runs in another folder. The folder
 * where somebody stands, which an empty place of the PATH means, is none of those that are looked in.
 */
export function findProgram(name: string, path: string | undefined): string | undefined {
  return filesNamed(name, foldersOf(path)).find(mayRun);
}

/** As the OS does it, the first file of that name on the PATH that may be run; else one that may not. */
export function findOnPath(name: string, path: string | undefined): string | undefined {
  const found = filesNamed(name, (path ?? "").split(delimiter));
  return found.find(mayRun) ?? found[0];
}

/** `none` also where it may not be looked at. */
export function fileKindOf(path: string): "none" | "file" | "folder" {
  try {
    return statSync(path).isDirectory() ? "folder" : "file";
  } catch {
    return "none";
  }
}

/** Whether this user may run a file, or enter a folder. */
export function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function filesNamed(name: string, folders: readonly string[]): string[] {
  return folders.map((folder) => resolve(folder, name)).filter((path) => fileKindOf(path) === "file");
}

function foldersOf(path: string | undefined): string[] {
  return (path ?? "").split(delimiter).filter((folder) => folder !== "");
}
