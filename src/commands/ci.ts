import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { exitCodeOf, proofExitCode } from "../cli/report-exit-code.ts";
import { parseReports, reportFlag, toStandardOutput, writeReports } from "../cli/report-files.ts";
import { reportOnGithub } from "../cli/report-on-github.ts";
import { parsePostgresql, postgresqlFlag } from "../cli/verify-flags.ts";
import { withoutEvidence } from "../harness/saved-run.ts";
import { withProofSuite } from "../prove/proof-suite.ts";
import { type ProofReport, proveFaults } from "../prove/prove-faults.ts";
import { isAsItMustBe, reportFault, reportProof } from "../reporters/proof-lines.ts";
import { createTerminalReporter } from "../reporters/terminal-reporter.ts";
import { type VerifyReport, verify } from "../verify/verify-stack.ts";

interface CiOutput {
  readonly verify: VerifyReport;
  /** Null where it was left out, or Ctrl-C came before it. */
  readonly proof: ProofReport | null;
}

export default class Ci extends BaseCommand {
  static override summary =
    "The regression job: every suite on fresh stacks in this process, then the proof of the proof.";
  static override description =
    `Needs no network, no ports and nothing installed. In a GitHub job the claims that
do not hold become annotations, and the job's summary shows the counts.

Exit codes: 0 all is well, 1 a claim or a fault is not as it must be, 2 it could not run.`;
  static override examples = ["<%= config.bin %> ci --report junit=report.xml --report html=report.html"];
  static override flags = {
    report: reportFlag,
    proof: Flags.boolean({
      description: "Prove the checks with the catalogue of faults.",
      default: true,
      allowNo: true,
    }),
    postgresql: postgresqlFlag,
    seed: Flags.string({ description: "Make the run of this seed again.", helpValue: "SEED" }),
  };

  async run(): Promise<CiOutput> {
    const { flags } = await this.parse(Ci);
    const files = await parseReports(flags.report, this.jsonEnabled());
    this.isOutputTaken = toStandardOutput(files);
    const { screen } = this;
    const { seed } = flags;
    const postgresql = parsePostgresql(flags.postgresql);
    const signal = this.interruptSignal();
    const onEvent = createTerminalReporter(screen);
    const report = await verify({ target: "in-process", seed, postgresql, signal, onEvent });
    let proof: ProofReport | null = null;
    try {
      if (flags.proof && !signal.aborted) {
        screen.line();
        proof = await proveFaults({
          seed: report.seed,
          postgresql,
          signal,
          onFault: (fault) => {
            if (!isAsItMustBe(fault)) reportFault(screen, fault);
            screen.progress(`  proving … ${fault.name}`);
          },
        });
        reportProof(screen, proof);
      }
    } finally {
      // Also where the proof could not be made: what was judged before is worth a report.
      const whole = proof === null ? report : withProofSuite(report, proof);
      writeReports(files, whole);
      reportOnGithub(whole, process.env, this.jsonEnabled() || this.isOutputTaken);
    }
    process.exitCode = Math.max(exitCodeOf(report), proof === null ? 0 : proofExitCode(proof));
    return { verify: withoutEvidence(report), proof };
  }
}
