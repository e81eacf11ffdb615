import { existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { makeFolders } from "../files/make-folders.ts";
import type { ExportedFile } from "./export-format.ts";

/**
 * Writes the files of an export into a folder, which is made where it is missing: all of them or none. What is there is
 * only written over with `force`. Throws a UserError: `export_exists`, `export_unwritable`.
 *
 * @returns the absolute paths, in the order of the files
 */
export function writeExport(
  files: readonly ExportedFile[],
  folder: string,
  { force }: { readonly force: boolean },
): string[] {
  const places = files.map(({ name, text }) => ({ path: join(folder, name), text }));
  const folders = places.filter(({ path }) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
  const present = places.filter(({ path }) => existsSync(path)).map(({ path }) => path);
  if (present.length > 0 && !force) throw exists(present);
  try {
    if (folders.length > 0) throw new Error(`${folders.map(({ path }) => path).join(", ")} is a folder`);
    makeFolders(folder);
    writeAll(places);
  } catch (error) {
    throw new UserError("export_unwritable", `The export cannot be written: ${messageOf(error)}.`, {
      hint: "Nothing was written. Choose another folder for --out, or leave it out to see the export.",
      cause: error,
    });
  }
  return places.map(({ path }) => path);
}

interface Place {
  readonly path: string;
  readonly text: string;
}

/** Beside their places first, so that a full disk costs nothing that was there; and what was there goes back where one fails. */
function writeAll(places: readonly Place[]): void {
  const beside = (path: string, ending: string): string => `${path}.${process.pid}.${ending}`;
  const done: Place[] = [];
  try {
    for (const { path, text } of places) writeFileSync(beside(path, "tmp"), text, { flag: "wx" });
    for (const place of places) {
      const { path } = place;
      if (existsSync(path)) renameSync(path, beside(path, "old"));
      done.push(place);
      renameSync(beside(path, "tmp"), path);
    }
  } catch (error) {
    for (const { path } of done) {
      rmSync(path, { force: true });
      if (existsSync(beside(path, "old"))) renameSync(beside(path, "old"), path);
    }
    throw error;
  } finally {
    for (const { path } of places)
      for (const ending of ["tmp", "old"]) rmSync(beside(path, ending), { force: true });
  }
}

function exists(paths: readonly string[]): UserError {
  const [first = "", ...others] = paths;
  const rest = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return new UserError("export_exists", `There is a file already: ${first}${rest}.`, {
    hint: "Nothing was written. --force writes over it; without --out the export is only shown.",
  });
}
