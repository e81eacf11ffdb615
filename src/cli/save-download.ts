import { existsSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";

/**
 * Writes what comes into a file of its owner's alone: beside its place first, and there only once it is whole. Throws a
 * UserError where one is there already, unless it may be written over, and where it cannot be written.
 */
export async function saveDownload(
  file: string,
  pieces: AsyncIterable<string>,
  { force }: { readonly force: boolean },
): Promise<void> {
  if (!force && existsSync(file)) {
    throw new UserError("export_exists", `${file} is there already.`, {
      hint: "Name another file, or write over it with --force.",
    });
  }
  const unfinished = `${file}.part`;
  try {
    rmSync(unfinished, { force: true });
    // Refused where somebody has put a link there meanwhile.
    const handle = await open(unfinished, "wx", 0o600);
    try {
      for await (const piece of pieces) await handle.writeFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    if (error instanceof UserError) throw error;
    throw new UserError("export_unwritable", `${file} cannot be written: ${messageOf(error)}.`, {
      hint: "Choose a file that can be written.",
      cause: error,
    });
  }
}
