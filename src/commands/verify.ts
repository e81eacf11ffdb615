import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { listChecks, type SuiteListing } from "../cli/check-list.ts";
import { findTarget } from "../cli/choose-target.ts";
import { chooseVerifyTarget, DRILL, suitesToRun } from "../cli/choose-verify-run.ts";
import type { PrintedContract } from "../cli/contract-lines.ts";
import { lastFailed, rememberRun } from "../cli/last-run.ts";
import { type LoadFlagValues, loadFlags, readLoadFlags } from "../cli/load-flags.ts";
import { exitCodeOf } from "../cli/report-exit-code.ts";
import {
  parseReports,
  type ReportFile,
  reportFlag,
  toStandardOutput,
  writeReports,
} from "../cli/report-files.ts";
import { reportOnGithub } from "../cli/report-on-github.ts";
import { announceSlowWaits } from "../cli/slow-wait-notice.ts";
import { loadChecks, loadFault } from "../cli/user-checks.ts";
import { parsePostgresql, postgresqlFlag, readRunFlags, runFlags, targetFlags } from "../cli/verify-flags.ts";
import type { Config } from "../config/config-schema.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { messageOf, withoutStop } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { type Comparison, compareRuns } from "../harness/compare-runs.ts";
import { judgeAgain } from "../harness/judge-again.ts";
import { tellAsEvents } from "../harness/replay-report.ts";
import type { RunEvent, RunReport } from "../harness/run-report.ts";
import { loadRun, readReport, saveRun, withoutEvidence } from "../harness/saved-run.ts";
import { selectChecks } from "../harness/select-checks.ts";
import { type CleanedLeftovers, cleanLeftovers } from "../killed-verify-runs/clean-leftovers.ts";
import { beginVerifyRecord, recordedUrlOf, type VerifyJournal } from "../killed-verify-runs/verify-record.ts";
import { createTerminalReporter, reportComparison } from "../reporters/terminal-reporter.ts";
import type { TargetUrls } from "../targets/open-target.ts";
import { styled } from "../text/styled-text.ts";
import { savedLoadSuite } from "../verify/verify-load.ts";
import { findSuites, suitesOf, type VerifyReport, verify } from "../verify/verify-stack.ts";

const SUITES = findSuites(undefined).map(({ name }) => name);

/** Evidence of a drill is judged again like any other: nothing is killed for it. */
const JUDGED_AGAIN = [...SUITES, DRILL];

type VerifyOutput =
  | (VerifyReport & { compared?: Comparison })
  | { suites: readonly SuiteListing[] }
  | { cleaned: CleanedLeftovers }
  | PrintedContract;

/** Which stack is cleaned. */
type CleanFlags = Parameters<typeof findTarget>[0] & { readonly config: string | undefined };

export default class Verify extends BaseCommand {
  static override summary = "Prove that a chat stack does what it must, claim by claim.";
  static override usage = "verify [SUITE ...] [FLAGS]";
  static override description = `Suites: ${SUITES.join(", ")}. Without one, all.

With --drill, and only then, the suite drill: it kills the gateway, the engine and the HMI of the stack that
\`stack up\` runs here, each in mid-reply, and judges what is told, saved and shown after that.

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
    postgresql: { ...postgresqlFlag, helpGroup: "TARGET" },
    ...runFlags,
    check: Flags.string({
      description:
        "Checks of your own: a file whose default export is one, or a list (defineCheck). Without a suite, only they are run. May be given several times.",
      helpValue: "FILE",
      helpGroup: "RUN",
      multiple: true,
      multipleNonGreedy: true,
    }),
    ...loadFlags,
    drill: Flags.boolean({
      description:
        "Kill services in mid-reply, and judge what is left (the suite drill). Only what `stack up` runs here is killed. Without a suite, only this is run.",
      helpGroup: "RUN",
      exclusive: ["hmi", "gateway", "engine", "clean", "users"],
    }),
    clean: Flags.boolean({
      description: "Only delete what runs that were killed left on this stack. Every run does so first.",
      helpGroup: "RUN",
      exclusive: ["list", "from", "in-process", "fault", "users"],
    }),
    list: Flags.boolean({ description: "List the checks instead of running them.", helpGroup: "RUN" }),
    "print-contract": Flags.boolean({
      description: "Print the contract in force, each line with where it is from, and judge nothing.",
      helpGroup: "TARGET",
      exclusive: ["in-process", "list", "from", "clean", "fault"],
    }),
    evidence: Flags.string({
      description: "Save the report, and what each check has seen, into this folder.",
      helpValue: "DIR",
      helpGroup: "REPORT",
    }),
    from: Flags.string({
      description: "Judge saved evidence again, without a stack.",
      helpValue: "DIR",
      helpGroup: "REPORT",
      exclusive: ["in-process", "hmi", "gateway", "engine", "contract", "fault", "evidence", "users"],
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
    if (flags.clean) return await this.#cleanOnly(flags);
    if (flags["print-contract"]) return await this.#printContract(flags);
    const named = argv.map(String);
    const postgresql = parsePostgresql(flags.postgresql);
    const run = {
      suite: suitesToRun(named, flags, JUDGED_AGAIN),
      checks: await loadChecks(flags.check ?? []),
      ids: flags["last-failed"]
        ? lastFailed((await this.loadConfig(flags.config, flags.contract)).state.dir)
        : undefined,
      ...(await readRunFlags(flags)),
    };
    const load = await this.#readLoad(flags, named);
    const suites = suitesOf({ ...run, load });
    if (flags.list) return { suites: listChecks(this.screen, selectChecks(suites, run)) };
    // Read first: a run of minutes must not end with a file that was never there.
    const wishes = {
      baseline: flags.baseline === undefined ? undefined : readReport(flags.baseline),
      files: await parseReports(flags.report, this.jsonEnabled()),
    };
    this.isOutputTaken = toStandardOutput(wishes.files);
    const onEvent = createTerminalReporter(this.screen);
    if (flags.from !== undefined) return this.#conclude(judgeSaved(flags.from, suites, onEvent), wishes);
    const config = await this.loadConfig(flags.config, flags.contract);
    if (flags.fault !== undefined && !flags["in-process"]) {
      throw new UserError("bad_flag", "A fault can be switched on only in a stack of our own.", {
        hint: "Add --in-process.",
      });
    }
    const target = await chooseVerifyTarget(flags, config, this.screen);
    const signal = this.interruptSignal();
    const journal =
      target.target === "in-process" ? undefined : await this.#openJournal(config, target.target, signal);
    const report = await verify({
      ...run,
      ...target,
      load,
      journal,
      postgresql,
      fault: flags.fault === undefined ? undefined : await loadFault(flags.fault),
      signal,
      onEvent: this.#tellingSlowChecks(onEvent),
    });
    // What could not be undone is for the next run to try.
    if (report.left_behind.length === 0) journal?.forget();
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

  /** Which users are driven; undefined where the flags name none. Only for them the configuration is read before the rest. */
  async #readLoad(flags: LoadFlagValues & Pick<CleanFlags, "config" | "contract">, named: readonly string[]) {
    if (flags.users === undefined) return undefined;
    const { auth } = await this.loadConfig(flags.config, flags.contract);
    return readLoadFlags(flags, named, auth);
  }

  /** Where no terminal shows what is being checked, a silence that is long is broken on standard error. */
  #tellingSlowChecks(onEvent: (event: RunEvent) => void): (event: RunEvent) => void {
    if (Number.isFinite(this.screen.width)) return onEvent;
    const waits = announceSlowWaits(this.aside, { breaksSilence: true });
    const count = { started: 0, all: 0, suites: 0 };
    let driven = 0;
    waits.begin("looking at the target");
    return (event) => {
      if (event.type === "run-started") {
        count.suites = event.suites.length;
        count.all = event.suites.reduce((sum, { checks }) => sum + checks, 0);
      }
      if (event.type === "load-progress" && event.progress.users !== driven) {
        driven = event.progress.users;
        waits.begin(`driving users: ${driven}`);
      }
      if (event.type === "check-started") {
        count.started += 1;
        waits.begin(`checking ${event.id} (${count.started} of ${count.all})`);
      }
      if (event.type === "run-ended") waits.end();
      onEvent(event);
      // Of several suites each is told when it ends, of one each claim.
      if (event.type === (count.suites > 1 ? "suite-ended" : "check-ended")) waits.told();
    };
  }

  async #printContract(flags: Pick<CleanFlags, "config" | "contract">): Promise<PrintedContract> {
    const { contractInForce, contractLines } = await import("../cli/contract-lines.ts");
    const printed = await contractInForce(flags);
    // Not wrapped: this may become a file.
    for (const line of contractLines(printed)) this.screen.write(styled`${line}\n`);
    return printed;
  }

  async #cleanOnly(flags: CleanFlags): Promise<VerifyOutput> {
    const config = await this.loadConfig(flags.config, flags.contract);
    const found = await findTarget(flags, config);
    if (found === undefined) {
      throw new UserError("unreachable", "No stack runs here that could be cleaned.", {
        hint: "Start it with `stack up`, or name another with --hmi, --gateway and --engine.",
      });
    }
    const cleaned = await this.#clean(config, found.target, this.interruptSignal());
    if (cleaned.runs === 0 && cleaned.left.length === 0)
      this.screen.line("  No killed run left anything here.", 2);
    for (const hmi of cleaned.elsewhere) {
      this.screen.line(`  A run that was killed made something at ${hmi}: name it with --hmi.`, 2);
    }
    if (cleaned.left.length > 0) process.exitCode = EXIT.failed;
    return { cleaned };
  }

  /** Cleans up after killed runs, and begins the record of this one; undefined where it cannot be written. */
  async #openJournal(
    config: Config,
    target: TargetUrls,
    signal: AbortSignal,
  ): Promise<VerifyJournal | undefined> {
    await this.#clean(config, target, signal);
    try {
      return beginVerifyRecord(config.state.dir, recordedUrlOf(target));
    } catch (error) {
      const why = withoutStop(messageOf(error));
      this.screen.line(
        `  What this run makes is written down nowhere (${why}): it is lost if the run is killed.`,
        2,
      );
      return undefined;
    }
  }

  async #clean(config: Config, target: TargetUrls, signal: AbortSignal): Promise<CleanedLeftovers> {
    const cleaned = await cleanLeftovers(config.state.dir, target, signal);
    const { profiles, conversations } = cleaned;
    if (profiles + conversations > 0) {
      const what = `profiles: ${profiles}, conversations: ${conversations}`;
      this.screen.line(`  Deleted what a killed run had left: ${what}.`, 2);
    }
    for (const what of cleaned.left) this.screen.line(`  Left by a killed run: ${what}`, 2);
    return cleaned;
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

/** Judges a saved run again; one that drove users by what was measured then. Throws a UserError where there is none. */
function judgeSaved(
  folder: string,
  suites: ReturnType<typeof suitesOf>,
  onEvent: (event: RunEvent) => void,
): RunReport {
  const saved = loadRun(folder);
  const report = judgeAgain(saved.load === undefined ? suites : [savedLoadSuite(saved.load)], saved);
  tellAsEvents(report, onEvent);
  return report;
}
