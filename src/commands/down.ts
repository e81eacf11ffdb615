import { BaseCommand } from "../cli/base-command.ts";
import { readRunningNames } from "../cli/service-names.ts";
import { type DownStep, takeDown } from "../launch/down.ts";

interface DownOutput {
  readonly services: readonly DownStep[];
}

const WORDS: Readonly<Record<DownStep["outcome"], string>> = {
  stopped: "stopped",
  killed: "killed: it did not stop by itself",
  already_gone: "was gone already",
  not_running: "was not running",
  external: "is not ours to stop: left as it is",
};

export default class Down extends BaseCommand {
  static override summary = "Stop what `stack up` started, the last first.";
  static override description = "What this stack did not start is left alone.";
  static override usage = "down [SERVICE ...] [FLAGS]";
  static override examples = ["<%= config.bin %> down", "<%= config.bin %> down hmi"];
  // Any number of services.
  static override strict = false;

  async run(): Promise<DownOutput> {
    const { flags, argv } = await this.parse(Down);
    const config = await this.loadConfig(flags.config);
    const names = readRunningNames(argv, config);
    const { screen } = this;
    const services = await takeDown({
      config,
      env: process.env,
      ...(names.length > 0 && { names }),
      onStep({ name, outcome, pid }) {
        const who = pid === null ? "" : `pid ${pid}`;
        screen.line(`  ${screen.paint("strong", name.padEnd(9))} ${WORDS[outcome]}  ${who}`.trimEnd());
      },
    });
    return { services };
  }
}
