import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { INIT_FILE, type InitResult, initConfig } from "../init/init.ts";
import { alignColumns, paint } from "../text/styled-text.ts";

export default class Init extends BaseCommand {
  static override summary = "Write a stack.config.yaml from what is found here, and show what that is.";
  static override description =
    `It looks for Ollama, for applications of FastAPI, Flask, Express, Fastify, Hono and Next.js, for scripts, a
Procfile, compose files and .env, and for who listens on the ports. Of Python it only asks whether it has the framework. It never writes over a file without --force.`;
  static override examples = [
    "<%= config.bin %> init --dry-run",
    "<%= config.bin %> init && <%= config.bin %> up",
  ];
  static override flags = {
    "dry-run": Flags.boolean({ description: "Show the configuration, and write nothing." }),
    force: Flags.boolean({ description: `Replace a ${INIT_FILE} that is there.` }),
  };

  async run(): Promise<InitResult> {
    const { flags } = await this.parse(Init);
    const { screen } = this;
    const result = await initConfig({
      folder: process.cwd(),
      env: process.env,
      dryRun: flags["dry-run"],
      force: flags.force,
    });
    const rows = result.findings.map(({ what, where, use }) => [
      what,
      paint("quiet", where),
      use === null ? "" : paint("good", `-> ${use}`),
    ]);
    for (const line of alignColumns(rows)) screen.line(line, 4);
    if (result.findings.every(({ use }) => use === null))
      screen.line("  Nothing of use was found: the engine, the gateway and the HMI of ours.");
    screen.line();
    if (!result.written) screen.write(result.text);
    else screen.line(`  Written: ${result.file}. \`stack up\` starts it.`);
    return result;
  }
}
