import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import type { LearnResult } from "../cli/init-from-network-log.ts";
import { INIT_FILE, type InitResult, initConfig } from "../init/init-config.ts";
import { BARE_SERVERS, NODE_FRAMEWORKS } from "../init/node-frameworks.ts";
import { PYTHON_FRAMEWORKS } from "../init/python-frameworks.ts";
import { alignColumns, paint } from "../text/styled-text.ts";

const KNOWN = [PYTHON_FRAMEWORKS, NODE_FRAMEWORKS, BARE_SERVERS].flatMap(Object.keys);

export default class Init extends BaseCommand {
  static override summary = "Write a stack.config.yaml from what is found here, and show what that is.";
  static override description = `It looks for Ollama, for applications of ${KNOWN.join(", ")}
and Next.js, for scripts, a Procfile, a Dockerfile, a pyproject.toml, compose files and .env, and for who listens on the ports.
Of Python it only asks whether it has the framework. It never writes over a file without --force.

With --from it learns how a back end is talked to, from a network log of one message: open the page with the browser's network tab
on, send a message, wait for the reply, press stop in another one if you like, reload, and save all as HAR with content. It shows what
it inferred from which bytes, tries it with one message of its own, and asks before it writes the contract.

Exit codes: 0 all is well, 1 what was learned does not work, 2 it could not run.`;
  static override examples = [
    "<%= config.bin %> init --dry-run",
    "<%= config.bin %> init && <%= config.bin %> up",
    "<%= config.bin %> init --from chat.har && <%= config.bin %> verify",
  ];
  static override flags = {
    "dry-run": Flags.boolean({ description: "Show the configuration, and write nothing." }),
    force: Flags.boolean({ description: `Replace a ${INIT_FILE}, or a contract in it, that is there.` }),
    from: Flags.string({
      description:
        "Learn the contract of a back end from a browser's HAR, or from what `stack tap --record` wrote.",
      helpValue: "FILE",
    }),
    said: Flags.string({
      description: "What was said in the log, where it is not found by itself.",
      helpValue: "TEXT",
      dependsOn: ["from"],
    }),
    url: Flags.string({
      description: "Where the back end is, where that is not what the log says: behind a tap, for example.",
      helpValue: "URL",
      dependsOn: ["from"],
    }),
    yes: Flags.boolean({
      description: "Try what was learned, and write it, without asking.",
      dependsOn: ["from"],
    }),
  };

  async run(): Promise<InitResult | LearnResult> {
    const { flags } = await this.parse(Init);
    const { screen } = this;
    if (flags.from !== undefined) {
      const { learnContract } = await import("../cli/init-from-network-log.ts");
      const config = await this.loadConfig(flags.config, "described");
      const context = { screen, config, folder: process.cwd(), signal: this.interruptSignal() };
      return await learnContract(flags.from, flags, context);
    }
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
