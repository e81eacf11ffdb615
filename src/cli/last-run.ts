import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { UserError } from "../errors.ts";
import { isFailure, type RunReport } from "../harness/report.ts";

/** What `--last-failed` needs to know of a run. */
const LastRun = z.object({ failed: z.array(z.string()) });

const fileIn = (stateDir: string): string => join(stateDir, "last-run.json");

/**
 * Remembers which checks did not hold, for `--last-failed`. A folder that cannot be written costs only that: the run
 * itself has been judged.
 */
export function rememberRun(stateDir: string, report: RunReport): void {
  const failed = [...new Set(report.results.filter(isFailure).map(({ id }) => id))];
  try {
    if (failed.length === 0) {
      rmSync(fileIn(stateDir), { force: true });
      return;
    }
    mkdirSync(dirname(fileIn(stateDir)), { recursive: true, mode: 0o700 });
    writeFileSync(fileIn(stateDir), `${JSON.stringify({ failed })}\n`, { mode: 0o600 });
  } catch {
    // As said.
  }
}

/** The checks that did not hold in the last run. Throws a UserError `nothing_selected` where none is known. */
export function lastFailed(stateDir: string): readonly string[] {
  const failed = readLastRun(fileIn(stateDir))?.failed ?? [];
  if (failed.length > 0) return failed;
  throw new UserError("nothing_selected", "No check is known that did not hold in the last run here.", {
    hint: "Run without --last-failed first.",
  });
}

function readLastRun(file: string): z.infer<typeof LastRun> | undefined {
  try {
    return LastRun.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
