import { rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { ifThere } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { readOwn } from "../files/private-files.ts";
import { isFailure, type RunReport } from "../harness/run-report.ts";
import {
  prepareRoot,
  reading,
  requireReadable,
  stateFolder,
  writeWhole,
} from "../supervisor/state-folder.ts";

/** What `--last-failed` needs to know of a run. */
const LastRun = z.object({ failed: z.array(z.string()) });

const fileIn = (stateDir: string): string => join(stateDir, "last-run.json");

/**
 * Remembers which checks did not hold, for `--last-failed`. A folder that cannot be written, or is another user's, costs
 * only that: the run itself has been judged.
 */
export function rememberRun(stateDir: string, report: RunReport): void {
  const failed = [...new Set(report.results.filter(isFailure).map(({ id }) => id))];
  const state = stateFolder(stateDir);
  try {
    requireReadable(state);
    if (failed.length === 0) {
      rmSync(fileIn(stateDir), { force: true });
      return;
    }
    prepareRoot(state);
    writeWhole(fileIn(stateDir), `${JSON.stringify({ failed })}\n`);
  } catch {
    // As said.
  }
}

/**
 * The checks that did not hold in the last run. Throws a UserError: `nothing_selected` where none is known,
 * `state_unreadable` or `foreign_owner` where that may not be read.
 */
export function lastFailed(stateDir: string): readonly string[] {
  const failed = readLastRun(fileIn(stateDir))?.failed ?? [];
  if (failed.length > 0) return failed;
  throw new UserError("nothing_selected", "No check is known that did not hold in the last run here.", {
    hint: "Run without --last-failed first.",
  });
}

function readLastRun(file: string): z.infer<typeof LastRun> | undefined {
  const text = reading(file, () => ifThere(() => readOwn(file)));
  if (text === undefined) return undefined;
  try {
    return LastRun.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
