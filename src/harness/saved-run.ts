import { closeSync, constants, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf, withoutStop } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { makeFolders } from "../files/make-folders.ts";
import { DEEPEST_JSON, isTooDeep } from "../text/json-depth.ts";
import { asReport } from "./report-schema.ts";
import { type CheckResult, type RunReport, wasJudged } from "./run-report.ts";

const REPORT = "report.json";

/**
 * Saves a run into a folder: `report.json`, and beside it the evidence of each check in
 * `evidence/<suite>/<check>.json`. Throws a UserError where the folder cannot be written.
 */
export function saveRun(folder: string, report: RunReport): void {
  try {
    for (const { id, evidence } of report.results) {
      if (evidence !== undefined) write(evidenceFile(folder, id), evidence);
    }
    write(join(folder, REPORT), withoutEvidence(report));
  } catch (error) {
    throw new UserError(
      "report_unwritable",
      `The run cannot be saved in ${folder}: ${withoutStop(messageOf(error))}.`,
      {
        hint: "Choose a folder that can be written to.",
        cause: error,
      },
    );
  }
}

/** A check's own file. Throws a UserError for an id that is none: a report may come from anybody. */
function evidenceFile(folder: string, id: string): string {
  if (CHECK_ID.test(id)) return join(folder, "evidence", `${id}.json`);
  throw new UserError("report_unreadable", `"${id}" is no id of a check, so it has no evidence.`, {
    hint: "An id is a suite and a name, such as sse/order: the report was written by something else than stack verify.",
  });
}

/** Names, and slashes between them: nothing that leads out of a folder, or is another file on another system. */
const CHECK_ID = /^[\w-]+(?:\.[\w-]+)*(?:\/[\w-]+(?:\.[\w-]+)*)*$/;

/** The report as it is printed: what was judged is a run's largest part, and has files of its own. */
export function withoutEvidence<Report extends RunReport>(report: Report): Report {
  return { ...report, results: report.results.map(({ evidence: _, ...result }) => result) };
}

/** A saved run, with its evidence. Throws a UserError where there is none. */
export function loadRun(folder: string): RunReport {
  const report = readReport(join(folder, REPORT));
  const results = report.results.map((result): CheckResult => {
    if (!wasJudged(result)) return result;
    return { ...result, evidence: readJson(evidenceFile(folder, result.id)) };
  });
  return { ...report, results };
}

/** Reads a report that `--json` or `--report json` has made. Throws a UserError where it is none. */
export function readReport(file: string): RunReport {
  const report = asReport(readJson(file));
  if (report !== undefined) return report;
  throw new UserError("report_unreadable", `${file} is not a report of stack verify.`, {
    hint: "Give it a file that `stack verify --report json=FILE` has written with this version.",
  });
}

function write(file: string, value: unknown): void {
  makeFolders(dirname(file));
  // Whoever planted a symbolic link would choose which file is overwritten.
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const fd = openSync(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o666);
  try {
    writeFileSync(fd, `${JSON.stringify(value, undefined, 2)}\n`);
  } finally {
    closeSync(fd);
  }
}

function readJson(file: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError("report_unreadable", `${file} cannot be read: ${messageOf(error)}.`, {
      hint: "Check the path.",
      cause: error,
    });
  }
  if (!isTooDeep(value)) return value;
  throw new UserError("report_unreadable", `${file} is nested more than ${DEEPEST_JSON} deep.`, {
    hint: "What stack verify writes is flatter: the file was made by something else.",
  });
}
