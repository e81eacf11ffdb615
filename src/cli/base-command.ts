import { Command, Flags } from "@oclif/core";
import type { Config } from "../config/config-schema.ts";
import { type ResolvedConfig, resolveConfig } from "../config/load-config.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { tell } from "./explain-error.ts";
import { printJson } from "./print-to-stdout.ts";
import { createScreen, type Screen } from "./screen.ts";
import { explainWithUsage } from "./usage-error.ts";
import { warnOfMisspeltVariables } from "./warn-of-misspelt-variables.ts";

/** What all commands share: the configuration, a screen, and how errors are told. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  static override baseFlags = {
    config: Flags.string({
      description: "The configuration file. Default: the nearest stack.config.yaml, .json or .ts upwards.",
      helpValue: "FILE",
      helpGroup: "GLOBAL",
    }),
  };

  /** True where a report goes to standard output, which leaves no room there for anything else. */
  protected isOutputTaken = false;

  /** For people; on standard error where standard output is the result alone, or a report. */
  protected get screen(): Screen {
    return createScreen(this.jsonEnabled() || this.isOutputTaken ? process.stderr : process.stdout);
  }

  /** For a word beside the result, which is on standard output. */
  protected get aside(): Screen {
    return createScreen(process.stderr);
  }

  protected async loadConfig(file: string | undefined, driver?: string): Promise<Config> {
    return (await this.resolveConfig(file, driver)).config;
  }

  /** The same, and what it was made of. */
  protected async resolveConfig(file: string | undefined, driver?: string): Promise<ResolvedConfig> {
    warnOfMisspeltVariables();
    return await resolveConfig({ cwd: process.cwd(), env: process.env, file, driver });
  }

  /**
   * A signal that Ctrl-C or SIGTERM aborts; a second Ctrl-C ends the process at once. For commands that have more to do
   * by then there is `watchInterrupts`.
   */
  protected interruptSignal(): AbortSignal {
    const controller = new AbortController();
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      process.once(name, () =>
        controller.abort(new UserError("interrupted", "Interrupted.", { exitCode: EXIT.interrupted })),
      );
    }
    return controller.signal;
  }

  /** One line of JSON on the standard output, where the answer comes piece by piece. */
  protected jsonLine(value: unknown): void {
    printJson(value, "one line");
  }

  protected override logJson(json: unknown): void {
    printJson(json);
  }

  protected override async catch(error: Error): Promise<void> {
    tell(explainWithUsage(error), this.jsonEnabled());
  }
}
