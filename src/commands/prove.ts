import { Flags, type Interfaces } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { findTarget, requireWhole } from "../cli/choose-target.ts";
import { type FaultListing, listFaults } from "../cli/fault-list.ts";
import { parseListenAddress } from "../cli/listen-address.ts";
import { proofExitCode, targetProofExitCode } from "../cli/report-exit-code.ts";
import { parsePostgresql, postgresqlFlag, targetFlags } from "../cli/verify-flags.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { type ProofReport, proveFaults } from "../prove/prove-faults.ts";
import type { TargetProofReport } from "../prove-target/target-proof-report.ts";
import { reportFault, reportProof } from "../reporters/proof-lines.ts";
import { reportBaseline, reportTargetFault, reportTargetProof } from "../reporters/target-proof-lines.ts";

const { hmi, gateway, engine, contract } = targetFlags;
const onTarget = { dependsOn: ["target"], helpGroup: "TARGET" };

const tapFlag = (service: string, caller: string) =>
  Flags.string({
    description: `Let the tap in front of the ${service} listen here, where the ${caller} was started to find it.`,
    helpValue: "HOST:PORT",
    ...onTarget,
  });

export default class Prove extends BaseCommand {
  static override summary =
    "Prove the proof: switch each known bug on, and see that exactly the right claims break.";
  static override usage = "prove [FAULT ...] [FLAGS]";
  static override description = `Every fault of the catalogue is switched on in fresh stacks in this process.
It must break the checks that it names and no others; \`none\` must break nothing. Bugs that only several copies
can have are tried where --postgresql names a server for them; without it the end says how many were not.

With --target, the faults that live on a wire (a done that is dropped, bytes that are held back, a cancel that
is swallowed, ...) are applied to your own running stack instead, by taps in front of its HMI and gateway; on a
wire that contract.wire describes, by what that says of its calls, rows and events. What
holds without a fault is seen first; then each fault is told that no check notices. With --run, your own
command judges: it finds HMI and gateway at STACK_HMI_URL and STACK_GATEWAY_URL, must end with 0 without a
fault, and catches a fault by ending with anything else. Nothing of the stack is restarted or left behind.

Exit codes: 0 every fault is caught and every check can fail, 1 not, 2 it could not run. With --target, a fault
that was not applied counts as not caught where it was asked for by name.`;
  static override examples = [
    "<%= config.bin %> prove",
    "<%= config.bin %> prove reply-without-model-id",
    "<%= config.bin %> prove --target",
    '<%= config.bin %> prove --target --run "npm test" done-missing cancel-swallowed',
  ];
  static override strict = false;
  static override flags = {
    target: Flags.boolean({
      description: "Apply the faults on the wire to the running stack, or to the one at these URLs.",
      helpGroup: "TARGET",
    }),
    hmi: { ...hmi, ...onTarget },
    gateway: { ...gateway, ...onTarget },
    engine: { ...engine, ...onTarget },
    contract: { ...contract, ...onTarget },
    run: Flags.string({
      description: "Let this command judge, once a fault, in place of the checks of stack verify.",
      helpValue: "COMMAND",
      ...onTarget,
    }),
    "gateway-tap": tapFlag("gateway", "HMI"),
    "engine-tap": tapFlag("engine", "gateway"),
    list: Flags.boolean({
      description: "List the bugs instead of trying them; with --target, those that live on a wire.",
    }),
    postgresql: postgresqlFlag,
    seed: Flags.string({ description: "Make the proof of this seed again.", helpValue: "SEED" }),
    timeout: Flags.integer({
      description:
        "Longest time for one claim, or for one run of the command, in seconds. Default: 60; 300 for a claim about a target.",
      min: 1,
      max: 86_400,
    }),
  };

  async run(): Promise<ProofReport | TargetProofReport | { faults: readonly FaultListing[] }> {
    const { argv, flags } = await this.parse(Prove);
    const faults = argv.length === 0 ? undefined : argv.map(String);
    if (flags.list) {
      const listed = flags.target
        ? (await import("../prove-target/target-faults.ts")).allTargetFaults()
        : (await import("../faults/find-fault.ts")).faults;
      return { faults: listFaults(this.screen, listed) };
    }
    return flags.target ? await this.#proveTarget(flags, faults) : await this.#prove(flags, faults);
  }

  async #prove(
    { seed, timeout, postgresql }: ProveFlags,
    faults: readonly string[] | undefined,
  ): Promise<ProofReport> {
    const { screen } = this;
    const server = parsePostgresql(postgresql);
    screen.progress("  proving …");
    const report = await proveFaults({
      ...{ faults, seed, postgresql: server },
      deadlineMs: secondsToMs(timeout),
      signal: this.interruptSignal(),
      onFault: (proof) => {
        reportFault(screen, proof);
        screen.progress("  proving …");
      },
    });
    reportProof(screen, report);
    process.exitCode = proofExitCode(report);
    return report;
  }

  async #proveTarget(flags: ProveFlags, faults: readonly string[] | undefined): Promise<TargetProofReport> {
    const { screen } = this;
    const signal = this.interruptSignal();
    const { run, seed, "gateway-tap": gatewayTap, "engine-tap": engineTap } = flags;
    const listen = {
      ...(gatewayTap && { gateway: parseListenAddress(gatewayTap, "--gateway-tap") }),
      ...(engineTap && { engine: parseListenAddress(engineTap, "--engine-tap") }),
    };
    const found = await findTarget(flags, await this.loadConfig(flags.config));
    if (found === undefined) {
      throw new UserError("unreachable", "No stack runs here.", {
        hint: "Run `stack up` first, or name one with --hmi, --gateway and --engine.",
      });
    }
    // The catalogue brings the services with it, which no other command needs.
    const { proveTarget } = await import("../prove-target/prove-target.ts");
    screen.progress("  looking at the stack without a fault …");
    const report = await proveTarget({
      ...found,
      target: requireWhole(found.target),
      ...{ faults, listen, seed, signal },
      command: run === undefined ? undefined : { line: run, env: process.env },
      deadlineMs: secondsToMs(flags.timeout),
      onBaseline: (target, baseline) => reportBaseline(screen, target, baseline),
      onFaultStarted: (name) => screen.progress(`  proving … ${name}`),
      onFault: (proof, baseline) => reportTargetFault(screen, proof, baseline),
    });
    const exitCode = targetProofExitCode(report, faults);
    reportTargetProof(screen, report, exitCode === EXIT.ok);
    process.exitCode = exitCode;
    return report;
  }
}

function secondsToMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

type ProveFlags = Interfaces.InferredFlags<typeof Prove.flags & typeof BaseCommand.baseFlags>;
