import { Args, Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import type { Screen } from "../cli/screen.ts";
import { parseServiceUrl } from "../cli/service-url.ts";
import type { Config } from "../config/schema.ts";
import { urlOf } from "../contract/address.ts";
import { EXIT, UserError } from "../errors.ts";
import { stackStatus } from "../launch/status.ts";
import { createTerminalReporter } from "../reporters/terminal.ts";
import { findSuite, type VerifyOptions, type VerifyReport, verify } from "../verify.ts";

const urlFlag = (service: string) =>
  Flags.string({ description: `The ${service}'s URL, for a stack that runs elsewhere.`, helpValue: "URL" });

export default class Verify extends BaseCommand {
  static override summary = "Prove that a chat stack does what it must, claim by claim.";
  static override description =
    `Suites: model-conversation (what model_id must do: the nine claims that BUG-016 broke).

The target is the running stack if there is one, else a fresh one in this process. A live stack is left as
it was found: all that the checks create is deleted again.

Exit codes: 0 all claims hold, 1 a claim is broken, 2 it could not run.`;
  static override examples = [
    "<%= config.bin %> verify model-conversation",
    "<%= config.bin %> verify model-conversation --in-process --fault reply-without-model-id",
  ];
  static override args = {
    suite: Args.string({ description: "What to prove.", default: "model-conversation" }),
  };
  static override flags = {
    "in-process": Flags.boolean({
      description: "Use a fresh stack in this process, with the engine stand-in.",
    }),
    fault: Flags.string({
      description: "Switch a deliberate bug on, to see the claims break that it breaks. Needs --in-process.",
      helpValue: "NAME",
    }),
    hmi: urlFlag("HMI"),
    gateway: urlFlag("gateway"),
    engine: urlFlag("engine"),
    timeout: Flags.integer({
      description: "Longest time for one claim, in seconds.",
      default: 300,
      min: 1,
      max: 86_400,
    }),
  };

  async run(): Promise<VerifyReport> {
    const { args, flags } = await this.parse(Verify);
    const config = await this.loadConfig(flags.config);
    const { screen } = this;
    findSuite(args.suite);
    const report = await verify({
      suite: args.suite,
      ...(await chooseTarget(flags, config, screen)),
      fault: flags.fault,
      deadlineMs: flags.timeout * 1000,
      signal: this.interruptSignal(),
      onEvent: createTerminalReporter(screen),
    });
    if (report.fault?.applied === 0) {
      throw new UserError(
        "unknown_fault",
        `The fault "${report.fault.name}" never acted, so this proves nothing.`,
      );
    }
    process.exitCode = exitCodeOf(report);
    return report;
  }
}

interface TargetFlags {
  "in-process": boolean;
  fault: string | undefined;
  hmi: string | undefined;
  gateway: string | undefined;
  engine: string | undefined;
}

/** What to look at: what the flags say; else the running stack; else a stack of our own. */
async function chooseTarget(
  flags: TargetFlags,
  config: Config,
  screen: Screen,
): Promise<Pick<VerifyOptions, "target" | "describeTarget">> {
  const given = [flags.hmi, flags.gateway, flags.engine].filter((url) => url !== undefined);
  if (flags["in-process"] && given.length > 0) {
    throw new UserError("bad_flag", "--in-process and URLs exclude each other.", {
      hint: "Leave one of them out.",
    });
  }
  if (flags.fault !== undefined && !flags["in-process"]) {
    throw new UserError("bad_flag", "A fault can be switched on only in a stack of our own.", {
      hint: "Add --in-process.",
    });
  }
  if (flags["in-process"]) return { target: "in-process" };
  const target = {
    hmi: flags.hmi === undefined ? urlOf(config.hmi) : parseServiceUrl(flags.hmi),
    gateway: flags.gateway === undefined ? urlOf(config.gateway) : parseServiceUrl(flags.gateway),
    engine: flags.engine === undefined ? config.engine.url : parseServiceUrl(flags.engine),
  };
  if (given.length > 0) return { target };
  const { services } = await stackStatus(config, process.env);
  const ours = services.filter(({ name }) => name !== "engine");
  // A stack that is there and broken must not be passed over for a fresh one that is not.
  if (ours.some(({ state }) => state !== "stopped")) return { target, describeTarget: "the running stack" };
  screen.line(
    "  No stack runs here, so a fresh one is judged. --hmi, --gateway and --engine name another.",
    2,
  );
  return { target: "in-process" };
}

function exitCodeOf({ counts, interrupted, left_behind }: VerifyReport): number {
  if (interrupted) return EXIT.interrupted;
  if (counts.broken > 0) return EXIT.failed;
  // A target that was not left as it was found must not pass unseen.
  const isIncomplete = counts.could_not_run > 0 || counts.holds === 0 || left_behind.length > 0;
  return isIncomplete ? EXIT.unusable : EXIT.ok;
}
