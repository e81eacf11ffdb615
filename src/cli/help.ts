import { type Command, CommandHelp, Help } from "@oclif/core";
import { textWidth } from "../text/text-width.ts";
import { rootHelpLines } from "./root-help.ts";
import { createScreen } from "./screen.ts";

type RenderList = CommandHelp["renderList"];

/** Where a terminal is so narrow that oclif puts texts under their names, it counts their indent short by two. */
function renderFitting(
  render: RenderList,
  maxWidth: number,
  ...[rows, options]: Parameters<RenderList>
): string {
  const { indentation } = options;
  const list = render(rows, options);
  const isFitting = list.split("\n").every((line) => textWidth(line) <= maxWidth - indentation);
  if (isFitting) return list;
  return render(rows, { ...options, multiline: true, indentation: indentation + 2 });
}

/** What stands for a command's name in oclif's usage, which is wrapped before the name is put in. */
const NAME_TEMPLATE = "<%= command.id %>";

/** The help of a command: its summary stands first, and nowhere else. */
class StackCommandHelp extends CommandHelp {
  override renderList(...[rows, options]: Parameters<RenderList>): string {
    return renderFitting((...list) => super.renderList(...list), this.opts.maxWidth, rows, options);
  }

  /** Wrapped so that a name has room that is longer than what stands for it. */
  protected override usage(): string {
    const { maxWidth } = this.opts;
    this.opts.maxWidth -= Math.max(0, this.command.id.length - NAME_TEMPLATE.length);
    try {
      return super.usage();
    } finally {
      this.opts.maxWidth = maxWidth;
    }
  }

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

  protected override async showRootHelp(): Promise<void> {
    const screen = createScreen(process.stdout);
    const { pjson, commands } = this.config;
    for (const line of rootHelpLines(pjson, commands, this.opts.maxWidth)) screen.line(line);
  }

  override renderList(...[rows, options]: Parameters<RenderList>): string {
    return renderFitting((...list) => super.renderList(...list), this.opts.maxWidth, rows, options);
  }

  override async showCommandHelp(command: Command.Loadable): Promise<void> {
    this.#shown = command;
    await super.showCommandHelp(command);
  }

  protected override summary(command: Command.Loadable): string | undefined {
    const summary = super.summary(command);
    return summary === undefined || command !== this.#shown ? summary : this.wrap(summary, 0);
  }
}
