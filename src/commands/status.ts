import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { alignColumns, type Tone } from "../cli/screen.ts";
import type { Config } from "../config/schema.ts";
import type { LadderReport } from "../doctor/index.ts";
import { EXIT } from "../errors.ts";
import { type ServiceStatus, type StackStatus, stackStatus } from "../launch/status.ts";

const TONES: Readonly<Record<ServiceStatus["state"], Tone>> = {
  healthy: "good",
  external: "good",
  degraded: "bad",
  unhealthy: "bad",
  foreign: "bad",
  stale: "bad",
  stopped: "quiet",
};

export default class Status extends BaseCommand {
  static override summary = "Show each service: state, process, address, and what is wrong with it.";
  static override description = "The exit code is 0 where all three services work, and 1 where one does not.";

  static override flags = {
    deep: Flags.boolean({ description: "Also try every hop with a message, as `stack doctor` does." }),
  };

  async run(): Promise<StackStatus & { ladder?: LadderReport }> {
    const { flags } = await this.parse(Status);
    const { screen } = this;
    const config = await this.loadConfig(flags.config);
    const status = await stackStatus(config, process.env);
    const rows = status.services.map(({ name, kind, url, state, pid, started_at, detail }) => [
      screen.paint("strong", name),
      kind,
      url,
      screen.paint(TONES[state], state),
      pid === null ? "" : `pid ${pid}`,
      started_at === null ? "" : `up ${duration(Date.now() - Date.parse(started_at))}`,
      screen.paint("quiet", detail ?? ""),
    ]);
    for (const line of alignColumns(rows)) screen.line(line, 4);
    const ladder = flags.deep ? await this.#lookDeep(config) : undefined;
    if (!status.ok || ladder?.ok === false) process.exitCode = EXIT.failed;
    return { ...status, ...(ladder && { ladder }) };
  }

  /** Loaded only where it is wished for: without it the status is there in a moment. */
  async #lookDeep(config: Config): Promise<LadderReport> {
    const [{ examine }, { printLadder }] = await Promise.all([
      import("../doctor/index.ts"),
      import("../cli/ladder-lines.ts"),
    ]);
    const { onStart, onRung, end } = printLadder(this.screen);
    this.screen.line();
    const report = await examine({
      config,
      env: process.env,
      signal: this.interruptSignal(),
      onStart,
      onRung,
    });
    end(report);
    return report;
  }
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
