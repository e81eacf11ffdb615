import { BaseCommand } from "../../cli/base-command.ts";
import { exitCodeOf } from "../../cli/report-exit-code.ts";
import { parseReports, reportFlag, toStandardOutput, writeReports } from "../../cli/report-files.ts";
import { reportOnGithub } from "../../cli/report-on-github.ts";
import { UserError } from "../../errors/user-error.ts";
import { mergeReports } from "../../harness/merge-reports.ts";
import { tellAsEvents } from "../../harness/replay-report.ts";
import { requireWholeRun } from "../../harness/require-whole-run.ts";
import type { RunReport } from "../../harness/run-report.ts";
import { readReport } from "../../harness/saved-run.ts";
import { createTerminalReporter } from "../../reporters/terminal-reporter.ts";

export default class ReportMerge extends BaseCommand {
  static override summary = "Make one report of several, such as those of a run's shards.";
  static override usage = "report merge FILE ... [FLAGS]";
  static override description =
    `The files are what \`stack verify --report json=FILE\` has written. Of shards, each must be there, once.

Exit codes: as those of \`stack verify\`, for all of it together.`;
  static override examples = ["<%= config.bin %> report merge shard-*.json --report junit=report.xml"];
  static override strict = false;
  static override flags = { report: reportFlag };

  async run(): Promise<RunReport> {
    const { argv, flags } = await this.parse(ReportMerge);
    const reports = await parseReports(flags.report, this.jsonEnabled());
    this.isOutputTaken = toStandardOutput(reports);
    const found = argv.map((file) => ({ file: String(file), report: readReport(String(file)) }));
    const [first, ...rest] = found.map(({ report }) => report);
    if (first === undefined) {
      throw new UserError("bad_flag", "No report was named.", {
        hint: "Name the files: stack report merge one.json two.json",
      });
    }
    requireWholeRun(found);
    const merged = mergeReports([first, ...rest]);
    tellAsEvents(merged, createTerminalReporter(this.screen));
    writeReports(reports, merged);
    reportOnGithub(merged, process.env, this.jsonEnabled() || this.isOutputTaken);
    process.exitCode = exitCodeOf(merged);
    return merged;
  }
}
