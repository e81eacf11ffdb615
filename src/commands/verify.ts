import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { listChecks, type SuiteListing } from "../cli/check-list.ts";
import { chooseTarget } from "../cli/choose-target.ts";
import { exitCodeOf } from "../cli/exit-code.ts";
import { reportOnGithub } from "../cli/github.ts";
import { lastFailed, rememberRun } from "../cli/last-run.ts";
import {
  parseReports,
  type ReportFile,
  reportFlag,
  toStandardOutput,
  writeReports,
} from "../cli/report-files.ts";
import { loadChecks, loadFault } from "../cli/user-checks.ts";
import { readRunFlags, runFlags, targetFlags } from "../cli/verify-flags.ts";
import { UserError } from "../errors.ts";
import { type Comparison, compareRuns } from "../harness/compare.ts";
import { replay } from "../harness/replay.ts";
import type { RunReport } from "../harness/report.ts";
import { judgeAgain, loadRun, readReport, saveRun, withoutEvidence } from "../harness/saved.ts";
import { selectChecks } from "../harness/select.ts";
import { createTerminalReporter, reportComparison } from "../reporters/terminal.ts";
import { findSuites, suitesOf, type VerifyReport, verify } from "../verify.ts";

const SUITES = findSuites(undefined).map(({ name }) => name);

type VerifyOutput = (VerifyReport & { compared?: Comparison }) | { suites: readonly SuiteListing[] };

export default class Verify extends BaseCommand {
  static override summary = "Prove that a chat stack does what it must, claim by claim.";
  static override usage = "verify [SUITE ...] [FLAGS]";
  static override description = `Suites: ${SUITES.join(", ")}. Without one, all.

The target is the running stack if there is one, else a fresh one in this process. A live stack is left as
it was found: all that the checks create is deleted again.

Exit codes: 0 all claims hold, 1 a claim is broken or flaky, 2 it could not run.`;
  static override examples = [
    "<%= config.bin %> verify model-conversation",
    "<%= config.bin %> verify model-conversation --in-process --fault reply-without-model-id",
    "<%= config.bin %> verify --evidence found && <%= config.bin %> verify --from found",
  ];
  // Any number of suites.
  static override strict = false;
  static override flags = {
    ...targetFlags,
    fault: Flags.string({
      description:
        "Switch a deliberate bug on, to see the claims break that it breaks: one of the catalogue, or of a file that exports it. Needs --in-process.",
      helpValue: "NAME|FILE",
      helpGroup: "TARGET",
    }),
    ...runFlags,
    check: Flags.string({
      description:
        "Checks of your own: a file whose default export is one, or a list (defineCheck). Without a suite, only they are run. May be given several times.",
      helpValue: "FILE",
      helpGroup: "RUN",
      multiple: true,
    }),
    list: Flags.boolean({ description: "List the checks instead of running them.", helpGroup: "RUN" }),
    evidence: Flags.string({
      description: "Save the report, and what each check has seen, into this folder.",
      helpValue: "DIR",
      helpGroup: "REPORT",
    }),
    from: Flags.string({
      description: "Judge saved evidence again, without a stack.",
      helpValue: "DIR",
      helpGroup: "REPORT",
      exclusive: ["in-process", "hmi", "gateway", "engine", "contract", "fault", "evidence"],
    }),
    report: reportFlag,
    baseline: Flags.string({
      description: "An earlier report: only what was not broken in it makes the exit code 1.",
      helpValue: "FILE",
      helpGroup: "REPORT",
    }),
  };

  async run(): Promise<VerifyOutput> {
    const { argv, flags } = await this.parse(Verify);
    const run = {
      suite: argv.length === 0 ? undefined : argv.map(String),
      checks: await loadChecks(flags.check ?? []),
      ids: flags["last-failed"] ? lastFailed((await this.loadConfig(flags.config)).state.dir) : undefined,
      ...(await readRunFlags(flags)),
    };
    const suites = suitesOf(run);
    if (flags.list) return { suites: listChecks(this.screen, selectChecks(suites, run)) };
    // Read first: a run of minutes must not end with a file that was never there.
    const wishes = {
      baseline: flags.baseline === undefined ? undefined : readReport(flags.baseline),
      files: await parseReports(flags.report, this.jsonEnabled()),
    };
    this.isOutputTaken = toStandardOutput(wishes.files);
    const onEvent = createTerminalReporter(this.screen);
    if (flags.from !== undefined) {
      const report = judgeAgain(suites, loadRun(flags.from));
      replay(report, onEvent);
      return this.#conclude(report, wishes);
    }
    const config = await this.loadConfig(flags.config);
    if (flags.fault !== undefined && !flags["in-process"]) {
      throw new UserError("bad_flag", "A fault can be switched on only in a stack of our own.", {
        hint: "Add --in-process.",
      });
    }
    const target = await chooseTarget(flags, config, this.screen);
    const report = await verify({
      ...run,
      ...target,
      fault: flags.fault === undefined ? undefined : await loadFault(flags.fault),
      signal: this.interruptSignal(),
      onEvent,
    });
    if (flags.evidence !== undefined) saveRun(flags.evidence, report);
    rememberRun(config.state.dir, report);
    if (report.fault?.applied === 0) {
      throw new UserError(
        "unknown_fault",
        `The fault "${report.fault.name}" never acted, so this proves nothing.`,
      );
    }
    return this.#conclude(report, wishes);
  }

  #conclude(
    report: VerifyReport,
    { baseline, files }: { baseline: RunReport | undefined; files: readonly ReportFile[] },
  ): VerifyOutput {
    writeReports(files, report);
    reportOnGithub(report, process.env, this.jsonEnabled() || this.isOutputTaken);
    const compared = baseline && compareRuns(baseline, report);
    if (compared !== undefined) reportComparison(this.screen, compared);
    process.exitCode = exitCodeOf(report, compared);
    return { ...withoutEvidence(report), ...(compared && { compared }) };
  }
}
