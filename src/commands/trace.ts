import { Args, Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { namedTarget } from "../cli/choose-target.ts";
import { makeReportFolder, writeReportFile } from "../cli/report-files.ts";
import { parseServiceUrl } from "../cli/service-url.ts";
import { targetFlags } from "../cli/verify-flags.ts";
import { isGiven } from "../config/load-config.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { deathWords, noteProcesses } from "../supervisor/client/service-deaths.ts";
import { stateFolder } from "../supervisor/state-folder.ts";
import { COUNTING_MESSAGE } from "../targets/counting-message.ts";
import { drawTrace } from "../trace/trace-lines.ts";
import type { TraceReport } from "../trace/trace-report.ts";
import { traceStack } from "../trace/trace-stack.ts";

const { hmi, gateway, engine, contract } = targetFlags;

export default class Trace extends BaseCommand {
  static override summary = "Follow one message through every hop, and say which one is at fault.";
  static override description =
    `Asks the engine directly, then through the gateway, the HMI and, with --via, a proxy: each from outside. Draws when
bytes and text came, and says in one sentence which hop adds the delay, holds text back, loses or changes it, swaps the
model, swallows the end. A tap in front of the engine joins in. All that is created is deleted again.

Exit codes: 0 every hop passes what it gets, 1 one does not, 2 it could not run, or could not delete what it created.`;
  static override examples = [
    "<%= config.bin %> trace",
    '<%= config.bin %> trace "Name three colours" --via http://127.0.0.1:8080 --html trace.html',
  ];
  static override args = {
    message: Args.string({ description: "What to say.", default: COUNTING_MESSAGE }),
  };
  static override flags = {
    hmi,
    gateway,
    engine,
    contract,
    via: Flags.string({
      description: "The address of a proxy before the HMI, or before the gateway: one hop more.",
      helpValue: "URL",
      helpGroup: "TARGET",
    }),
    model: Flags.string({
      description: "The engine's model. Default: the configured one.",
      helpValue: "NAME",
    }),
    passes: Flags.integer({
      description: "How often each hop is asked: what is slow once only is nobody's fault.",
      default: 2,
      min: 1,
      max: 20,
      helpValue: "N",
    }),
    html: Flags.string({ description: "Also draw the trace as a page, in this file.", helpValue: "FILE" }),
  };

  async run(): Promise<TraceReport> {
    const { args, flags } = await this.parse(Trace);
    const resolved = await this.resolveConfig(flags.config, flags.contract);
    const { config } = resolved;
    const screen = this.screen;
    if (flags.html !== undefined) makeReportFolder(flags.html);
    const isElsewhere = [flags.hmi, flags.gateway, flags.engine, flags.contract].some(
      (given) => given !== undefined,
    );
    const deaths = isElsewhere ? async () => [] : noteProcesses(stateFolder(config.state.dir));
    const report = await traceStack({
      target: await namedTarget(flags, config),
      via: flags.via === undefined ? undefined : parseServiceUrl(flags.via),
      message: args.message,
      model: flags.model,
      isModelGiven: flags.contract === undefined && isGiven(resolved, "chat", "model"),
      engineApi: config.engine.api,
      passes: flags.passes,
      signal: this.interruptSignal(),
      deathsMeanwhile: async () => (await deaths()).map(deathWords),
      onProgress: (words) => screen.progress(`  … ${words}`),
    });
    if (!this.jsonEnabled()) for (const line of drawTrace(report, screen.width)) screen.line(line);
    if (flags.html !== undefined) {
      const { renderTracePage } = await import("../trace/trace-page.ts");
      writeReportFile(flags.html, renderTracePage(report));
    }
    if (report.findings.length > 0) process.exitCode = EXIT.failed;
    else if (!report.ok || report.left_behind.length > 0) process.exitCode = EXIT.unusable;
    return report;
  }
}
