import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { superviseInForeground } from "../cli/foreground.ts";
import { stackAdvice, stepLine } from "../cli/stack-lines.ts";
import { bringUp, type UpStep } from "../launch/up.ts";

interface UpOutput {
  readonly services: readonly UpStep[];
}

export default class Up extends BaseCommand {
  static override summary = "Bring up the chat stack: engine, gateway, HMI, each ready before the next.";
  static override description = `What runs already is used as it is; nothing is ever started twice.
The engine is a running Ollama at engine.url; else \`ollama serve\`, if it is installed; else a stand-in
with scripted answers. In the foreground Ctrl-C stops what this call started.`;
  static override examples = [
    "<%= config.bin %> up",
    "<%= config.bin %> up --detach && <%= config.bin %> status",
  ];
  static override flags = {
    detach: Flags.boolean({ char: "d", description: "Return when the stack is healthy, and let it run." }),
  };

  async run(): Promise<UpOutput> {
    const { flags } = await this.parse(Up);
    const config = await this.loadConfig(flags.config);
    const { screen } = this;
    const signal = this.interruptSignal();
    const { steps, started } = await bringUp({
      config,
      env: process.env,
      signal,
      onStep: (step) => screen.line(stepLine(screen, step)),
      onProgress: (text) => screen.progress(`  ${text} …`),
    });
    screen.line();
    for (const line of stackAdvice(steps)) screen.line(`  ${line}`, 2);
    // Under --json the result is the answer: it must come before the stack ends.
    if (started.length === 0) screen.line("  Everything was running already.");
    else if (!flags.detach && !this.jsonEnabled())
      await superviseInForeground(started, config, { screen, signal });
    else screen.line("  `stack down` stops it.");
    return { services: steps };
  }
}
