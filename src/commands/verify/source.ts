import { Flags } from "@oclif/core";
import { BaseCommand } from "../../cli/base-command.ts";
import { EXIT } from "../../errors/exit-codes.ts";
import { reportSource } from "../../reporters/source-check-lines.ts";
import { checkSource } from "../../source-check/check-source.ts";
import { SEED_NAMES, type SourceReport } from "../../source-check/source-report.ts";

/** This many files take a moment that is worth a word. */
const FILES_A_STEP = 100;

export default class VerifySource extends BaseCommand {
  static override summary = "Find endpoints in Python sources that lose a parameter before they save.";
  static override description =
    `Finds what broke in BUG-016: an endpoint accepts model_id, and then calls what
saves with a literal None for it, or leaves it out where the default is None,
or overwrites it before. Also a client variable that data overwrites. Knows
FastAPI and Flask; reads the sources, and runs nothing of them.

Looks at every *.py under the root, except in .git, .venv, venv, node_modules,
__pycache__, site-packages and build. Symbolic links are not followed.

Exit codes: 0 nothing found, 1 something found, 2 a file could not be read, or
nothing was judged. Calls that could not be followed are told by their number, and
change no exit code while others could be.`;
  static override examples = [
    "<%= config.bin %> verify source --root backend",
    "<%= config.bin %> verify source --root backend --parameter tenant_id --function 'insert_*'",
  ];
  static override flags = {
    root: Flags.string({ description: "The folder of the sources.", helpValue: "DIR", required: true }),
    parameter: Flags.string({
      description: "A parameter that endpoints must hand on. Repeatable.",
      helpValue: "NAME",
      multiple: true,
      multipleNonGreedy: true,
      default: [...SEED_NAMES.parameters],
    }),
    function: Flags.string({
      description:
        "A function or method that saves, or finds a conversation; * for any characters. Repeatable.",
      helpValue: "NAME",
      multiple: true,
      multipleNonGreedy: true,
      default: [...SEED_NAMES.functions],
    }),
    client: Flags.string({
      description: "A variable that holds a client; * for any characters. Repeatable.",
      helpValue: "NAME",
      multiple: true,
      multipleNonGreedy: true,
      default: [...SEED_NAMES.clients],
    }),
    exclude: Flags.string({
      description: "Paths under the root to leave out, such as 'tests/**'. Repeatable.",
      helpValue: "GLOB",
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
  };

  async run(): Promise<SourceReport> {
    const { flags } = await this.parse(VerifySource);
    const { screen } = this;
    const report = await checkSource({
      root: flags.root,
      parameters: flags.parameter,
      functions: flags.function,
      clients: flags.client,
      exclude: flags.exclude,
      signal: this.interruptSignal(),
      onProgress(read, files) {
        if (read > 0 && read % FILES_A_STEP === 0) screen.progress(`  … ${read} of ${files} files read`);
      },
    });
    reportSource(screen, report);
    process.exitCode = exitCodeOf(report);
    return report;
  }
}

function exitCodeOf({ findings, unreadable, not_judged }: SourceReport): number {
  if (findings.length > 0) return EXIT.failed;
  return unreadable.length > 0 || not_judged !== null ? EXIT.unusable : EXIT.ok;
}
