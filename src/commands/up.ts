import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { readServiceNames } from "../cli/read-service-names.ts";
import { printIntent } from "../cli/up-lines.ts";
import { showUp, type UpResultShown } from "../cli/up-once.ts";
import type { Config } from "../config/config-schema.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { type PlannedStep, planUp } from "../launch/dry-run.ts";

type UpOutput = UpResultShown | { readonly dry_run: true; readonly services: readonly PlannedStep[] };

export default class Up extends BaseCommand {
  static override summary = "Bring up the chat stack: engine, gateway, HMI, each after what it depends on.";
  static override description = `What runs already is used as it is; nothing is ever started twice.
The engine is a running Ollama at engine.url; else \`ollama serve\`, if it is installed; else a stand-in
with scripted answers. With engine.api openai it is the server that answers at engine.url; else that stand-in.
Other services are configured (\`services\`).
In the foreground their logs are shown, and Ctrl-C, or a closed terminal, stops what this call started; a second
Ctrl-C kills what has not stopped by then. A service that ends by itself
is started again, whether anybody looks on or not.`;
  static override usage = "up [SERVICE ...] [FLAGS]";
  static override examples = [
    "<%= config.bin %> up",
    "<%= config.bin %> up --detach && <%= config.bin %> status",
    "<%= config.bin %> up gateway --dry-run",
  ];
  // Any number of services.
  static override strict = false;
  static override flags = {
    detach: Flags.boolean({
      char: "d",
      description: "Return when the services are ready, and let them run.",
    }),
    wait: Flags.boolean({
      description: "Wait until the services are ready; --no-wait returns at once, and lets them start.",
      allowNo: true,
      default: true,
    }),
    timeout: Flags.integer({
      description: "Give up after this many seconds; what was not there before this call is stopped again.",
      helpValue: "SECONDS",
      min: 1,
      max: 86_400,
    }),
    "dry-run": Flags.boolean({ description: "Say what would be done, and do nothing." }),
    adopt: Flags.string({
      description: "Take over the process that has this service's port, if it provably is the service.",
      helpValue: "SERVICE",
      multiple: true,
      multipleNonGreedy: true,
    }),
    replace: Flags.string({
      description: "Stop the process that has this service's port, after asking, and start the service.",
      helpValue: "SERVICE",
      multiple: true,
      multipleNonGreedy: true,
    }),
    yes: Flags.boolean({ char: "y", description: "Do not ask before --replace stops a process." }),
  };

  async run(): Promise<UpOutput> {
    const { flags, argv } = await this.parse(Up);
    const config = await this.loadConfig(flags.config);
    const names = readServiceNames(argv, config);
    const adopt = readServiceNames(flags.adopt ?? [], config);
    const replace = readServiceNames(flags.replace ?? [], config);
    if (flags["dry-run"]) return await this.#tellPlan(config, names);

    return await showUp(
      config,
      {
        ...{ names, adopt, replace },
        isConfirmed: flags.yes,
        timeoutSeconds: flags.timeout,
        wait: flags.wait,
        // Under --json the result is the answer: it must come before the stack ends.
        isDetached: flags.detach || this.jsonEnabled(),
      },
      this.screen,
    );
  }

  async #tellPlan(config: Config, names: readonly string[]): Promise<UpOutput> {
    const services = await planUp(config, process.env, names);
    for (const step of services) printIntent(this.screen, step);
    if (services.some(({ action }) => action === "blocked")) process.exitCode = EXIT.failed;
    return { dry_run: true, services };
  }
}
