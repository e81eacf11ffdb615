import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { loadRunningConfig } from "../cli/running-config.ts";
import { createScreen } from "../cli/screen.ts";
import { ofServices, showStatusOnce } from "../cli/status-once.ts";
import { statusLines } from "../cli/status-table.ts";
import type { Config } from "../config/config-schema.ts";
import type { LadderReport } from "../doctor/run-doctor.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { type StackStatus, type StatusOptions, stackStatus } from "../launch/stack-status.ts";
import type { StyledText } from "../text/styled-text.ts";

/** Time from one look to the next under `--watch`, in milliseconds. */
const WATCH_EVERY_MS = 1_000;

export default class Status extends BaseCommand {
  static override summary =
    "Show each service: state, process, address, CPU, memory, restarts, and what is wrong with it.";
  static override description =
    `CPU is the share of one core since the service was started; under --watch, of the last second. Memory is what is
resident. On a narrow terminal the columns kind, restarts, cpu, memory, url, pid and uptime are left out, in this order.

With names, only these services count. Of a service that runs in several copies the state says how many of them work.

Exit codes: 0 all services work (or --watch was ended), 1 one does not, 2 it could not look.`;
  static override usage = "status [SERVICE ...] [FLAGS]";
  static override examples = [
    "<%= config.bin %> status",
    "<%= config.bin %> status gateway",
    "<%= config.bin %> status --watch",
    "<%= config.bin %> status --json | jq '.services[] | select(.state != \"healthy\")'",
  ];
  // Any number of services.
  static override strict = false;

  static override flags = {
    deep: Flags.boolean({
      description: "Also try every hop with a message, as `stack doctor` does.",
      exclusive: ["watch"],
    }),
    verbose: Flags.boolean({
      description: "Also show each copy of a service that runs in several; --json always does.",
    }),
    watch: Flags.boolean({
      char: "w",
      description: "Look again each second, until Ctrl-C or q; with --json, one line of JSON for each look.",
    }),
  };

  #isWatching = false;
  #isVerbose = false;

  async run(): Promise<StackStatus & { ladder?: LadderReport }> {
    const { flags, argv } = await this.parse(Status);
    this.#isVerbose = flags.verbose;
    const found = await loadRunningConfig(flags.config, createScreen(process.stderr));
    const { config, mistake } = found;
    if (flags.deep && mistake !== undefined) throw mistake;
    if (flags.watch) return await this.#watch(config, argv, { isByRecords: mistake !== undefined });
    const status = await showStatusOnce(found, argv, this.screen, { isVerbose: flags.verbose });
    const ladder = flags.deep ? await this.#lookDeep(config) : undefined;
    if (ladder?.ok === false) process.exitCode = EXIT.failed;
    return { ...status, ...(ladder && { ladder }) };
  }

  /** Until Ctrl-C or q; the result is the last look. */
  async #watch(
    config: Config,
    argv: readonly unknown[],
    options: { readonly isByRecords: boolean },
  ): Promise<StackStatus> {
    this.#isWatching = true;
    const { pauseUnlessStopped, showLive } = await import("../cli/live-screen.ts");
    const signal = this.interruptSignal();
    const look = async (before?: StatusOptions["before"]): Promise<StackStatus> =>
      ofServices(
        argv,
        await stackStatus(config, process.env, { ...options, ...(before && { before }) }),
        options,
      );
    let [status, at] = [await look(), performance.now()];
    const refresh = async (): Promise<void> => {
      const before = { status, agoMs: performance.now() - at };
      at = performance.now();
      status = await look(before);
    };
    if (this.jsonEnabled()) {
      this.jsonLine(status);
      while (await pauseUnlessStopped(WATCH_EVERY_MS, signal)) {
        await refresh();
        this.jsonLine(status);
      }
      return status;
    }
    await showLive({ signal, everyMs: WATCH_EVERY_MS, draw: () => this.#draw(status), refresh });
    // What was seen last stays on the first screen.
    for (const line of this.#draw(status)) this.screen.line(line, 4);
    return status;
  }

  #draw(status: StackStatus): StyledText[] {
    return statusLines(status, { width: this.screen.width, now: Date.now(), isVerbose: this.#isVerbose });
  }

  /** Under `--watch` each look has been printed already. */
  protected override logJson(json: unknown): void {
    if (!this.#isWatching) super.logJson(json);
  }

  /** Loaded only where it is wished for: without it the status is there in a moment. */
  async #lookDeep(config: Config): Promise<LadderReport> {
    const [{ examine }, { printLadder }] = await Promise.all([
      import("../doctor/run-doctor.ts"),
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
    // The table above has told the warnings.
    end({ ...report, warnings: [] });
    return report;
  }
}
