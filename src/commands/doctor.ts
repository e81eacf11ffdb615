import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { chosenContract, loadDriverFile } from "../cli/chosen-contract.ts";
import { printLadder } from "../cli/ladder-lines.ts";
import { parseServiceUrl } from "../cli/service-url.ts";
import { targetFlags } from "../cli/verify-flags.ts";
import { isGiven } from "../config/load-config.ts";
import { examine, type LadderReport } from "../doctor/run-doctor.ts";
import { EXIT } from "../errors/exit-codes.ts";

const { hmi, gateway, engine, contract } = targetFlags;

export default class Doctor extends BaseCommand {
  static override summary = "Say what is wrong with a chat stack, why, and what to type next.";
  static override description =
    `Climbs from the processes up: alive, owner of its port, answers, has the model, chats; then the same through
gateway and HMI, until a reply is saved and a cancel frees the engine. What stands on a broken rung is not tried.
A reply of one token is asked for at each level; all that is created is deleted again.

Exit codes: 0 every rung holds, 1 one is broken, 2 it could not look, or could not delete what it created.`;
  static override examples = [
    "<%= config.bin %> doctor",
    "<%= config.bin %> doctor --hmi http://127.0.0.1:6101 --gateway http://127.0.0.1:6120",
  ];
  static override flags = {
    hmi,
    gateway,
    engine,
    contract,
    slow: Flags.boolean({ description: "Also wait for a heartbeat, which takes 15 s and more." }),
  };

  async run(): Promise<LadderReport> {
    const { flags } = await this.parse(Doctor);
    const url = (given: string | undefined) => (given === undefined ? undefined : parseServiceUrl(given));
    const urls = { hmi: url(flags.hmi), gateway: url(flags.gateway), engine: url(flags.engine) };
    const resolved = await this.resolveConfig(flags.config, flags.contract);
    const { config } = resolved;
    const chosen = chosenContract(config, flags.contract);
    const driver = await loadDriverFile(chosen);
    const printer = printLadder(this.screen);
    const report = await examine({
      config,
      env: process.env,
      urls,
      contract: chosen,
      driver,
      isModelGiven: flags.contract === undefined && isGiven(resolved, "chat", "model"),
      slow: flags.slow,
      signal: this.interruptSignal(),
      onStart: printer.onStart,
      onRung: printer.onRung,
    });
    printer.end(report);
    if (!report.ok) process.exitCode = EXIT.failed;
    else if (report.left_behind.length > 0) process.exitCode = EXIT.unusable;
    return report;
  }
}
