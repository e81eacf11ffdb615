import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { confirm } from "../cli/confirm-with-person.ts";
import { watchInterrupts } from "../cli/interrupts.ts";
import { readServiceNames } from "../cli/read-service-names.ts";
import { stayInForeground } from "../cli/stay-in-foreground.ts";
import { isBad, printIntent, retryLine, stackAdvice, stepLines } from "../cli/up-lines.ts";
import type { Config } from "../config/config-schema.ts";
import { replicaNumbers } from "../config/replicas.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { askDefaultModel, type DefaultModelReport } from "../launch/ask-default-model.ts";
import { bringUp } from "../launch/bring-up.ts";
import { chatPage } from "../launch/chat-page.ts";
import { type PlannedStep, planUp } from "../launch/dry-run.ts";
import type { UpStep } from "../launch/up-step-reporter.ts";
import { paint, styled } from "../text/styled-text.ts";

type UpOutput =
  | {
      readonly services: readonly UpStep[];
      /** Which model answers where nobody chose one; null where no gateway tells. */
      readonly model: DefaultModelReport | null;
      readonly warnings: readonly string[];
    }
  | { readonly dry_run: true; readonly services: readonly PlannedStep[] };

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

    const { screen } = this;
    const { first: signal, second: hurry } = watchInterrupts({ isHangupHeeded: true });
    const { steps, started, pending, warnings } = await bringUp({
      config,
      env: process.env,
      names,
      adopt,
      replace,
      confirm: (question) => (flags.yes ? Promise.resolve(true) : confirm(screen, question)),
      signal: flags.timeout === undefined ? signal : AbortSignal.any([signal, timeoutSignal(flags.timeout)]),
      hurry,
      wait: flags.wait,
      onStep: (step) => {
        for (const line of stepLines(step)) screen.line(line, 12);
      },
      onRetry: (name, report) => screen.line(retryLine(name, report), 12),
      onProgress: (text) => screen.progress(`  ${text} …`),
    });
    screen.line();
    const model = await modelOf(steps, config);
    const facts = {
      model,
      chatPage: await chatPageOf(steps, config),
      pageReplicas: replicaNumbers(config.services["hmi"]).length,
      engineApi: config.engine.api,
    };
    for (const line of stackAdvice(steps, facts)) screen.line(`  ${line}`, 2);
    for (const line of warnings) screen.line(styled`  ${paint("warn", "!")} ${line}`, 4);
    const isWhole = !steps.some(({ state }) => isBad(state));
    if (!isWhole) process.exitCode = EXIT.failed;
    if (pending.length > 0) {
      const names = pending.join(", ");
      screen.line(`  Being started: ${names}. \`stack status\` shows how far, \`stack down\` stops it.`, 2);
    } else if (started.length === 0) {
      if (isWhole) screen.line("  Everything was running already.");
      // Under --json the result is the answer: it must come before the stack ends.
    } else if (steps.every(({ name, state }) => state === "done" || !started.includes(name))) {
      screen.line("  Done: nothing of it goes on.");
    } else if (!flags.detach && !this.jsonEnabled())
      await stayInForeground(started, config, { screen, signal, hurry });
    else screen.line("  `stack down` stops it.");
    return { services: steps, model, warnings };
  }

  async #tellPlan(config: Config, names: readonly string[]): Promise<UpOutput> {
    const services = await planUp(config, process.env, names);
    for (const step of services) printIntent(this.screen, step);
    if (services.some(({ action }) => action === "blocked")) process.exitCode = EXIT.failed;
    return { dry_run: true, services };
  }
}

/** Which model is in force; null where there is no gateway, or none that works yet. */
async function modelOf(steps: readonly UpStep[], config: Config): Promise<DefaultModelReport | null> {
  const gateway = steps.find(({ name }) => name === "gateway");
  if (gateway === undefined || isBad(gateway.state)) return null;
  return (await askDefaultModel(config)) ?? null;
}

/** Null where there is no HMI, or none that works yet. */
async function chatPageOf(steps: readonly UpStep[], config: Config): Promise<string | null> {
  const hmi = steps.find(({ name }) => name === "hmi");
  return hmi === undefined || isBad(hmi.state) ? null : await chatPage(hmi, config);
}

function timeoutSignal(seconds: number): AbortSignal {
  const controller = new AbortController();
  const giveUp = (): void =>
    controller.abort(
      new UserError("start_failed", `The services were not ready within ${seconds} s (--timeout).`, {
        hint: "`stack logs` shows what the services said.",
        exitCode: EXIT.failed,
      }),
    );
  setTimeout(giveUp, seconds * 1000).unref();
  return controller.signal;
}
