import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { eventLine } from "../cli/event-line.ts";
import { parseSince } from "../cli/parse-since.ts";
import { readRecordedNames } from "../cli/recorded-names.ts";
import { loadRunningConfig } from "../cli/running-config.ts";
import { createScreen } from "../cli/screen.ts";
import { watchOutput } from "../cli/watch-output.ts";
import { serviceHistory } from "../supervisor/client/service-history.ts";
import { requireReadable, stateFolder } from "../supervisor/state-folder.ts";

const USUAL_TAIL = 50;

export default class Events extends BaseCommand {
  static override summary = "Show what has happened to services: starts, exits, restarts, and why.";
  static override description =
    `Written by the supervisor. Without --since, the last ${USUAL_TAIL}; some megabytes of them are kept.

--json prints each as a line of JSON.`;
  static override examples = [
    "<%= config.bin %> events -f",
    "<%= config.bin %> events --service gateway --since 1d",
  ];
  static override flags = {
    follow: Flags.boolean({ char: "f", description: "Also show what happens from now on, until Ctrl-C." }),
    since: Flags.string({ description: "Only what happened at this time and later.", helpValue: "10m|ISO" }),
    service: Flags.string({ description: "Only what happened to this service.", helpValue: "NAME" }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Events);
    const since = flags.since === undefined ? undefined : parseSince(flags.since);
    const output = watchOutput();
    const signal = flags.follow ? AbortSignal.any([this.interruptSignal(), output.gone]) : undefined;
    const { config } = await loadRunningConfig(flags.config, createScreen(process.stderr));
    const services = flags.service === undefined ? undefined : readRecordedNames(flags.service, config);
    const state = stateFolder(config.state.dir);
    requireReadable(state);
    const tail = since === undefined ? USUAL_TAIL : undefined;
    let count = 0;
    for await (const event of serviceHistory(state, { tail, since, services }, signal)) {
      if (this.jsonEnabled()) this.jsonLine(event);
      else this.screen.line(eventLine(event));
      count += 1;
      if (!(await output.ready())) break;
    }
    if (count === 0 && !flags.follow) this.aside.line("No such event is recorded.");
  }

  /** They were printed as they came. */
  protected override logJson(): void {
    return;
  }
}
