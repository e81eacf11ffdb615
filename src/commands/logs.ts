import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { readLogWords } from "../cli/parse-log-line.ts";
import { parseSince } from "../cli/parse-since.ts";
import { parsePatternFlag } from "../cli/pattern-flag.ts";
import { logPrinter, rawPrinter } from "../cli/print-log-lines.ts";
import { readLoggedNames } from "../cli/read-service-names.ts";
import { loadRunningConfig } from "../cli/running-config.ts";
import { createScreen } from "../cli/screen.ts";
import { watchOutput } from "../cli/watch-output.ts";
import { allNames } from "../config/replicas.ts";
import { clearServiceLog } from "../supervisor/client/clear-service-log.ts";
import { settleRotations, withCommandLock } from "../supervisor/client/lock-for-command.ts";
import { loggedServices } from "../supervisor/client/logged-services.ts";
import { isLogRemoved, recordedService } from "../supervisor/client/recorded-services.ts";
import { type LogLine, logLines } from "../supervisor/client/service-logs.ts";
import { requireReadable, type StateFolder, stateFolder } from "../supervisor/state-folder.ts";

const USUAL_TAIL = 50;

export default class Logs extends BaseCommand {
  static override summary = "Show what services have logged, interleaved by time.";
  static override description =
    `Without --since, the last ${USUAL_TAIL} lines of each service, rotated files included. With --grep, --tail counts the lines
that match. A line that tells no time has that at which the supervisor saw it; where none ran, --since shows what is in
files written to since.

--json prints a line of JSON for each line: service, time (ISO 8601, or null), level (or null), text; with --clear,
one for each service: service, bytes.`;
  static override usage = "logs [SERVICE ...] [FLAGS]";
  static override examples = [
    "<%= config.bin %> logs -f",
    "<%= config.bin %> logs gateway --since 10m --grep 'error|warn'",
    "<%= config.bin %> logs hmi --tail 200 --json",
    "<%= config.bin %> logs engine --clear",
  ];
  // Any number of services.
  static override strict = false;
  static override flags = {
    follow: Flags.boolean({ char: "f", description: "Also show what comes, until Ctrl-C." }),
    since: Flags.string({
      description: "Only lines of this time and later.",
      helpValue: "10m|ISO",
    }),
    grep: Flags.string({
      description: "Only lines in which this regular expression (RE2) is found.",
      helpValue: "REGEX",
    }),
    tail: Flags.integer({ description: "At most this many lines of each service.", min: 0, helpValue: "N" }),
    clear: Flags.boolean({
      description: "Empty the logs of these services, or of all, with what was rotated away; shows nothing.",
      exclusive: ["follow", "since", "grep", "tail", "raw"],
    }),
    raw: Flags.boolean({
      description: "Only the lines themselves, JSON as it is; control characters are left out.",
    }),
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(Logs);
    const since = flags.since === undefined ? undefined : parseSince(flags.since);
    const grep = flags.grep === undefined ? undefined : await parsePatternFlag("--grep", flags.grep);
    const tail = flags.tail ?? (since === undefined ? USUAL_TAIL : undefined);
    const output = watchOutput();
    const signal = flags.follow ? AbortSignal.any([this.interruptSignal(), output.gone]) : undefined;
    const { config } = await loadRunningConfig(flags.config, createScreen(process.stderr));
    const state = stateFolder(config.state.dir);
    requireReadable(state);
    const logged = loggedServices(state);
    const given = readLoggedNames(argv, config, logged);
    const services = given.length > 0 ? given : [...new Set([...allNames(config.services), ...logged])];

    if (flags.clear) return await this.#clear(services, state);
    await settleRotations(state);
    this.#tellOfMissing(services, given, state);
    const print = this.#printer(services, flags.raw);
    for await (const line of logLines(state, services, { tail, since, grep }, signal)) {
      print(line);
      if (!(await output.ready())) break;
    }
  }

  async #clear(services: readonly string[], state: StateFolder): Promise<void> {
    const logged = loggedServices(state);
    const names = services.filter((name) => logged.includes(name));
    if (names.length === 0) return this.aside.line("There is no log to be cleared.");
    await withCommandLock(state, async (locked) => {
      for (const service of names) {
        const bytes = await clearServiceLog(locked, service);
        if (this.jsonEnabled()) this.jsonLine({ service, bytes });
        else this.screen.line(`  ${service}  ${bytes} bytes were removed`);
      }
    });
  }

  #printer(services: readonly string[], isRaw: boolean): (line: LogLine) => void {
    if (this.jsonEnabled()) return (line) => this.jsonLine(jsonOf(line));
    return isRaw ? rawPrinter(this.screen) : logPrinter(this.screen, services);
  }

  #tellOfMissing(services: readonly string[], given: readonly string[], state: StateFolder): void {
    const logged = loggedServices(state);
    const missing = services.filter((name) => !logged.includes(name));
    // Who asked for all of them wants to see what there is.
    if (given.length === 0 && missing.length < services.length) return;
    for (const name of missing) this.aside.line(missingWords(name, state));
  }

  /** The lines were printed as they came. */
  protected override logJson(): void {
    return;
  }
}

function missingWords(name: string, state: StateFolder): string {
  const record = recordedService(state, name);
  return record !== undefined && isLogRemoved(record)
    ? `The log of ${name} was removed while it runs: \`stack restart ${name}\` gives it another one.`
    : `There is no log of ${name} yet.`;
}

function jsonOf({ service, time, text }: LogLine): object {
  const { level } = readLogWords(text);
  return { service, time: time === null ? null : new Date(time).toISOString(), level, text };
}
