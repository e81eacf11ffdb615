import { BaseCommand } from "../cli/base-command.ts";
import { completeCommandLine, type ValueKind } from "../cli/complete-command-line.ts";
import { SHELLS } from "../cli/completion-scripts.ts";
import { knownNames } from "../config/replicas.ts";
import { loggedServices } from "../supervisor/client/logged-services.ts";
import { stateFolder } from "../supervisor/state-folder.ts";

/** What the scripts of `stack completion` ask: a line `word<TAB>meaning` for each word that may stand at the cursor. */
export default class Complete extends BaseCommand {
  static override summary = "Print the words that may stand at the cursor, for the scripts of `completion`.";
  static override hidden = true;
  static override enableJsonFlag = false;
  static override strict = false;

  async run(): Promise<void> {
    // As they were typed: oclif's parser takes every `--` for its own.
    const words = this.argv.slice(this.argv.indexOf("--") + 1);
    const candidates = await completeCommandLine(words, this.config.commands, (kind) => this.#valuesOf(kind));
    for (const { word, meaning } of candidates) this.screen.write(`${word}\t${meaning}\n`);
  }

  /** Each loads only what it needs: whoever has pressed Tab waits. */
  async #valuesOf(kind: ValueKind): Promise<readonly string[]> {
    switch (kind) {
      case "service":
        return knownNames((await this.loadConfig(undefined)).services);
      case "logged": {
        const { services, state } = await this.loadConfig(undefined);
        return [...new Set([...knownNames(services), ...loggedServices(stateFolder(state.dir))])];
      }
      case "suite":
        return (await import("../verify/verify-stack.ts")).findSuites(undefined).map(({ name }) => name);
      case "fault":
        return (await import("../faults/find-fault.ts")).faults.map(({ name }) => name);
      case "wire-fault":
        return (await import("../prove-target/target-faults.ts")).allTargetFaults().map(({ name }) => name);
      case "report":
        return (await import("../reporters/find-reporter.ts")).reporterNames().split(", ");
      case "export":
        return (await import("../export/export-formats.ts")).exportFormatNames();
      case "shell":
        return SHELLS;
    }
  }

  /** A shell that completes has no place for an error. */
  protected override async catch(): Promise<void> {
    process.exitCode = 1;
  }
}
