import { Args } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { COMPLETION_SCRIPTS, SHELLS, type Shell } from "../cli/completion-scripts.ts";

export default class Completion extends BaseCommand {
  static override summary = "Print what makes a shell complete commands, flags, services, suites and faults.";
  static override description = `bash: add to ~/.bashrc:  eval "$(stack completion bash)"
zsh:  add to ~/.zshrc, after compinit:  eval "$(stack completion zsh)"
fish: run once:  stack completion fish > ~/.config/fish/completions/stack.fish

What is completed is the word \`stack\`; after \`npx --no-install stack\` a shell completes what it knows of npx.`;
  static override enableJsonFlag = false;
  static override args = {
    shell: Args.option({ options: SHELLS, description: "The shell that is to complete." })({
      required: true,
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const shell: Shell = args.shell;
    this.screen.write(COMPLETION_SCRIPTS[shell]);
  }
}
