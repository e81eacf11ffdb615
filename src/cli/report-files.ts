import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Flags } from "@oclif/core";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { makeFolders } from "../files/make-folders.ts";
import type { RunReport } from "../harness/run-report.ts";
import type { FileReporter } from "../reporters/file-reporter.ts";
import { findReporter, reporterNames } from "../reporters/find-reporter.ts";
import { printReport } from "./print-to-stdout.ts";
import { hasFields, isModulePath, loadUserModule } from "./user-module.ts";

/** Where a run is written, beside the terminal. */
export const reportFlag = Flags.string({
  description: `Write the run in this format into this file; - is the standard output. May be given several times. Formats: ${reporterNames()}, or a module that exports one (defineReporter).`,
  helpValue: "FORMAT=FILE",
  helpGroup: "REPORT",
  multiple: true,
  multipleNonGreedy: true,
});

/** One report to be written. */
export interface ReportFile {
  readonly reporter: FileReporter;
  /** `-` for the standard output. */
  readonly file: string;
}

/** Reads what `--report` was given. Throws a UserError, also where a folder cannot be made: better now than after the run. */
export async function parseReports(values: readonly string[] = [], isJson = false): Promise<ReportFile[]> {
  const reports: ReportFile[] = [];
  for (const value of values) {
    const [name = "", ...rest] = value.split("=");
    const reporter = isModulePath(name) ? await loadReporter(name) : findReporter(name);
    const file = rest.join("=");
    if (file === "") {
      throw new UserError("bad_flag", `--report takes a format and a file; "${value}" names no file.`, {
        hint: `For example: --report ${name}=report.${name}`,
      });
    }
    if (file === "-" && isJson) {
      throw new UserError("bad_flag", "Under --json the standard output is the result alone.", {
        hint: `Give --report ${name}= a file.`,
      });
    }
    if (file !== "-") makeReportFolder(file);
    reports.push({ reporter, file });
  }
  return reports;
}

async function loadReporter(module: string): Promise<FileReporter> {
  const [reporter, ...others] = await loadUserModule(module, isReporter, "a report format (defineReporter)");
  if (reporter !== undefined && others.length === 0) return reporter;
  throw new UserError("module_invalid", `${module} exports several report formats.`, { hint: "Export one." });
}

function isReporter(value: unknown): value is FileReporter {
  return hasFields(value, { name: "string", summary: "string", render: "function" });
}

/** Whether one of the reports goes to the standard output, so that people are told on the other one. */
export function toStandardOutput(reports: readonly ReportFile[]): boolean {
  return reports.some(({ file }) => file === "-");
}

/** Writes the reports, each whole or not at all. Throws a UserError. */
export function writeReports(reports: readonly ReportFile[], report: RunReport): void {
  for (const { reporter, file } of reports) {
    const text = reporter.render(report);
    if (file === "-") printReport(text);
    else writeReportFile(file, text);
  }
}

/** Makes the folder that a report goes into. Throws a UserError where that cannot be: better now than after the run. */
export function makeReportFolder(file: string): void {
  writing(file, () => makeFolders(dirname(file)));
}

/** Writes one report, whole or not at all. Throws a UserError. */
export function writeReportFile(file: string, text: string): void {
  writing(file, () => replaceFile(file, text));
}

function replaceFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  // A left-over of a killed process that had our pid; then only a new file is written, never what a link leads to.
  rmSync(temporary, { force: true });
  writeFileSync(temporary, text, { flag: "wx" });
  renameSync(temporary, file);
}

function writing(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new UserError("report_unwritable", `The report ${file} cannot be written: ${messageOf(error)}.`, {
      hint: "Choose a file that can be written.",
      cause: error,
    });
  }
}
