import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { compilePattern, type TextPattern } from "../text/linear-pattern.ts";
import type { Unreadable } from "./source-report.ts";

/** Folders that hold what others wrote, or what was made of the sources. */
const SKIPPED = [".git", ".venv", "venv", "node_modules", "__pycache__", "site-packages", "build"];

/** What is under a folder: paths relative to it, with `/`, sorted. */
export interface FoundFiles {
  readonly files: readonly string[];
  /** Folders that could not be looked into. */
  readonly unreadable: readonly Unreadable[];
}

/**
 * Finds the Python files under a folder, without following symbolic links. Patterns of `exclude` are paths
 * relative to it, where `*` stands for a part of a name and `**` for any folders. Throws a UserError
 * `source_missing` where there is no such folder, or no Python file in it.
 */
export async function findPythonFiles(root: string, exclude: readonly string[]): Promise<FoundFiles> {
  await requireFolder(root);
  const excluded = await Promise.all(exclude.map(pathPattern));
  const files: string[] = [];
  const unreadable: Unreadable[] = [];
  const pending = [""];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const entries = await entriesOf(root, folder, unreadable);
    for (const { path, kind } of entries.filter((entry) => !excluded.some((each) => each.test(entry.path)))) {
      (kind === "folder" ? pending : files).push(path);
    }
  }
  if (files.length + unreadable.length === 0) throw missing(`There is no Python file (*.py) in ${root}.`);
  return { files: files.sort(), unreadable };
}

interface Entry {
  readonly path: string;
  readonly kind: "folder" | "file";
}

/** What is to be looked at in a folder. */
async function entriesOf(root: string, folder: string, unreadable: Unreadable[]): Promise<Entry[]> {
  try {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    return entries.flatMap((entry): Entry[] => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !SKIPPED.includes(entry.name)) return [{ path, kind: "folder" }];
      return entry.isFile() && entry.name.endsWith(".py") ? [{ path, kind: "file" }] : [];
    });
  } catch (error) {
    unreadable.push({ file: folder, line: null, reason: messageOf(error) });
    return [];
  }
}

async function requireFolder(root: string): Promise<void> {
  const found = await stat(root).catch(() => undefined);
  if (found === undefined) throw missing(`There is no folder ${root}.`);
  if (!found.isDirectory()) throw missing(`${root} is not a folder.`);
}

function missing(message: string): UserError {
  return new UserError("source_missing", message, {
    hint: "Name the folder of the backend's sources with --root.",
  });
}

/** `tests/**` -> everything in it, and the folder itself. */
async function pathPattern(glob: string): Promise<TextPattern> {
  const parts = glob.replace(/\/+$/, "").split(/(\*\*\/?|\*)/);
  const source = parts.map((part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    return part === "*" ? "[^/]*" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  });
  return await compilePattern(`^${source.join("")}$`);
}
