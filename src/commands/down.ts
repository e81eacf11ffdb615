import { BaseCommand } from "../cli/base-command.ts";
import { watchInterrupts } from "../cli/interrupts.ts";
import { readRunningNames } from "../cli/read-service-names.ts";
import { loadRunningConfig } from "../cli/running-config.ts";
import { createScreen } from "../cli/screen.ts";
import { type DownStep, isUntouched, takeDown } from "../launch/take-down.ts";

import { paint, styled } from "../text/styled-text.ts";

interface DownOutput {
  readonly services: readonly DownStep[];
}

const WORDS: Readonly<Record<DownStep["outcome"], string>> = {
  stopped: "stopped",
  killed: "killed: it did not stop by itself",
  already_gone: "was gone already",
  not_running: "was not running",
  external: "is not ours to stop: left as it is",
  wanted_again: "is left running: another command asked for it meanwhile",
};

export default class Down extends BaseCommand {
  static override summary = "Stop what `stack up` started, each service after those that depend on it.";
  static override description =
    `What this stack did not start is left alone. Ctrl-C kills what has not stopped by then.
It needs neither room on the disk nor a configuration without mistakes.`;
  static override usage = "down [SERVICE ...] [FLAGS]";
  static override examples = ["<%= config.bin %> down", "<%= config.bin %> down hmi"];
  // Any number of services.
  static override strict = false;

  async run(): Promise<DownOutput> {
    const { flags, argv } = await this.parse(Down);
    const { config } = await loadRunningConfig(flags.config, createScreen(process.stderr));
    const names = readRunningNames(argv, config);
    const { screen } = this;
    // It goes on to its end without a terminal.
    const { first: hurry } = watchInterrupts({ isHangupHeeded: false });
    const services = await takeDown({
      config,
      env: process.env,
      ...(names.length > 0 && { names }),
      hurry,
      onStep({ name, outcome, pid }) {
        const who = pid === null ? "" : `pid ${pid}`;
        screen.line(styled`  ${paint("strong", name.padEnd(9))} ${WORDS[outcome]}  ${who}`.trimEnd());
      },
      onProgress: (text) => screen.progress(`  ${text}; Ctrl-C kills at once …`),
    });
    if (isUntouched(config, services))
      screen.line(`  Nothing was ever started here: there is no ${config.state.dir}.`, 2);
    else if (services.length === 0) screen.line("  Nothing is recorded as running.");
    return { services };
  }
}
