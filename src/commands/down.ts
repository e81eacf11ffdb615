import { BaseCommand } from "../cli/base-command.ts";
import { type DownStep, takeDown } from "../launch/down.ts";

interface DownOutput {
  readonly services: readonly DownStep[];
}

const WORDS: Readonly<Record<DownStep["outcome"], string>> = {
  stopped: "stopped",
  killed: "killed: it did not stop by itself",
  already_gone: "was gone already",
  not_running: "was not running",
};

export default class Down extends BaseCommand {
  static override summary = "Stop what `stack up` started, the HMI first.";
  static override description = "A service that this stack did not start is left alone.";

  async run(): Promise<DownOutput> {
    const { flags } = await this.parse(Down);
    const config = await this.loadConfig(flags.config);
    const { screen } = this;
    const services = await takeDown(config, process.env, ({ name, outcome, pid }) => {
      const who = pid === null ? "" : `pid ${pid}`;
      screen.line(`  ${screen.paint("strong", name.padEnd(9))} ${WORDS[outcome]}  ${who}`.trimEnd());
    });
    return { services };
  }
}
