import { type Command, CommandHelp, Help } from "@oclif/core";

/** The help of a command: its summary stands first, and nowhere else. */
class StackCommandHelp extends CommandHelp {
  protected override description(): string | undefined {
    const { description } = this.command;
    return description === undefined ? undefined : this.wrap(description);
  }
}

/** oclif's help, wrapped to any width, which says nothing twice. */
export default class StackHelp extends Help {
  protected override CommandHelpClass = StackCommandHelp;

  /** The command whose help is shown; in a list of commands each summary is wrapped by the list. */
  #shown: Command.Loadable | undefined;

  override async showCommandHelp(command: Command.Loadable): Promise<void> {
    this.#shown = command;
    await super.showCommandHelp(command);
  }

  protected override summary(command: Command.Loadable): string | undefined {
    const summary = super.summary(command);
    return summary === undefined || command !== this.#shown ? summary : this.wrap(summary);
  }
}
