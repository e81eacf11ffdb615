import { dirname } from "node:path";
import { BaseCommand } from "../cli/base-command.ts";
import { readRunningNames } from "../cli/service-names.ts";
import { chooseFile, loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { UserError } from "../errors.ts";
import { type DownStep, takeDown } from "../launch/down.ts";
import { listRecords } from "../supervisor/record.ts";
import { stateFolder } from "../supervisor/state.ts";

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
    const config = await this.loadConfig(flags.config).catch((error) =>
      this.#configByRecords(error, flags.config),
    );
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

  /** A mistake in the file must not keep what runs from being stopped: its records suffice. */
  async #configByRecords(error: unknown, file: string | undefined): Promise<Config> {
    if (!(error instanceof UserError) || error.code !== "config_invalid") throw error;
    const cwd = dirname(chooseFile({ cwd: process.cwd(), file }) ?? process.cwd());
    const config = await loadConfig({ cwd, env: process.env, file: "" });
    if (listRecords(stateFolder(config.state.dir)).length === 0) throw error;
    const { screen } = this;
    screen.line(`  ${screen.paint("bad", error.message)}`, 2);
    screen.line(`  So what the records in ${config.state.dir} name is stopped.`, 2);
    return { ...config, services: {} };
  }
}
