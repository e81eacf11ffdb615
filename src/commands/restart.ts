import { BaseCommand } from "../cli/base-command.ts";
import { watchInterrupts } from "../cli/interrupts.ts";
import { readServiceNames } from "../cli/read-service-names.ts";
import { isBad, retryLine, stepLines } from "../cli/up-lines.ts";
import { allNames } from "../config/replicas.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { bringUp } from "../launch/bring-up.ts";
import type { UpStep } from "../launch/up-step-reporter.ts";

interface RestartOutput {
  readonly services: readonly UpStep[];
}

export default class Restart extends BaseCommand {
  static override summary = "Stop services and start them again; one that does not run is started.";
  static override description =
    `Without a name, all of them. What this stack did not start is left alone. Of a service that runs in several copies, one
is restarted at a time: its replies come to their end first, and the next one waits until it is healthy.`;
  static override usage = "restart [SERVICE ...] [FLAGS]";
  static override examples = ["<%= config.bin %> restart gateway", "<%= config.bin %> restart gateway-2"];
  // Any number of services.
  static override strict = false;

  async run(): Promise<RestartOutput> {
    const { flags, argv } = await this.parse(Restart);
    const config = await this.loadConfig(flags.config);
    const names = readServiceNames(argv, config);
    const { screen } = this;
    const { first: signal, second: hurry } = watchInterrupts({ isHangupHeeded: true });
    const { steps } = await bringUp({
      config,
      env: process.env,
      names,
      restart: names.length === 0 ? allNames(config.services) : names,
      signal,
      hurry,
      onStep: (step) => {
        for (const line of stepLines(step)) screen.line(line, 12);
      },
      onRetry: (name, report) => screen.line(retryLine(name, report), 12),
      onProgress: (text) => screen.progress(`  ${text} …`),
    });
    if (steps.some(({ state }) => isBad(state))) process.exitCode = EXIT.failed;
    return { services: steps };
  }
}
