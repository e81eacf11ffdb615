import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { packageVersion } from "../files/package-root.ts";

export default class Mcp extends BaseCommand {
  static override summary =
    "Serve these commands as tools for a coding agent (Model Context Protocol, on stdio).";
  static override description =
    `Tools: status, doctor, logs, events, verify, chat; with --allow-control also up, down, restart.
Each answers with the command's own --json. It works on the stack that is configured where it is started, or by --config,
and ends when the agent closes its end.`;
  static override examples = [
    "<%= config.bin %> mcp",
    "claude mcp add chat-stack -- npx --no-install stack mcp",
  ];
  static override enableJsonFlag = false;
  static override flags = {
    "allow-control": Flags.boolean({
      description: "Also offer up, down and restart: the agent may start and stop the configured services.",
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Mcp);
    const [{ serveStdio }, { createStackMcpServer }, { runJsonCommand }] = await Promise.all([
      import("@modelcontextprotocol/server/stdio"),
      import("../mcp/stack-mcp-server.ts"),
      import("../mcp/command-process.ts"),
    ]);
    const ended = this.interruptSignal();
    const config = flags.config === undefined ? [] : [`--config=${flags.config}`];
    const run = async (args: readonly string[], asked: AbortSignal) => {
      const [command = "", ...words] = args;
      const signal = AbortSignal.any([asked, ended]);
      return await runJsonCommand([command, ...config, ...words], { cwd: process.cwd(), signal });
    };
    const options = { version: packageVersion(), allowControl: flags["allow-control"], run };
    const server = serveStdio(() => createStackMcpServer(options));
    ended.addEventListener("abort", () => void server.close(), { once: true });
  }
}
