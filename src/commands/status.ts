import { BaseCommand } from "../cli/base-command.ts";
import { alignColumns, type Tone } from "../cli/screen.ts";
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

  async run(): Promise<StackStatus> {
    const { flags } = await this.parse(Status);
    const { screen } = this;
    const status = await stackStatus(await this.loadConfig(flags.config), process.env);
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
    if (!status.ok) process.exitCode = EXIT.failed;
    return status;
  }
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
