import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { proofExitCode } from "../cli/exit-code.ts";
import { type ProofReport, prove } from "../prove.ts";
import { reportFault, reportProof } from "../reporters/proof.ts";

export default class Prove extends BaseCommand {
  static override summary =
    "Prove the proof: switch each known bug on, and see that exactly the right claims break.";
  static override usage = "prove [FAULT ...] [FLAGS]";
  static override description = `Every fault of the catalogue is switched on in fresh stacks in this process.
It must break the checks that it names and no others; \`none\` must break nothing.

Exit codes: 0 every fault is caught and every check can fail, 1 not, 2 it could not run.`;
  static override examples = ["<%= config.bin %> prove", "<%= config.bin %> prove reply-without-model-id"];
  static override strict = false;
  static override flags = {
    seed: Flags.string({ description: "Make the proof of this seed again.", helpValue: "SEED" }),
    timeout: Flags.integer({
      description: "Longest time for one claim, in seconds.",
      default: 60,
      min: 1,
      max: 86_400,
    }),
  };

  async run(): Promise<ProofReport> {
    const { argv, flags } = await this.parse(Prove);
    const { screen } = this;
    screen.progress("  proving …");
    const report = await prove({
      faults: argv.length === 0 ? undefined : argv.map(String),
      seed: flags.seed,
      deadlineMs: flags.timeout * 1000,
      signal: this.interruptSignal(),
      onFault: (proof) => {
        reportFault(screen, proof);
        screen.progress("  proving …");
      },
    });
    reportProof(screen, report);
    process.exitCode = proofExitCode(report);
    return report;
  }
}
