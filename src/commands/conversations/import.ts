import { createReadStream, statSync } from "node:fs";
import { Args } from "@oclif/core";
import { BaseCommand } from "../../cli/base-command.ts";
import { hmiCalls } from "../../cli/hmi-calls.ts";
import { importLines } from "../../cli/import-lines.ts";
import { hmiFlags } from "../../cli/verify-flags.ts";
import { ImportReport } from "../../contract/chat-export.ts";
import { importInParts } from "../../contract/import-in-parts.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { EXIT } from "../../errors/exit-codes.ts";
import { messageOf } from "../../errors/thrown-error.ts";
import { UserError } from "../../errors/user-error.ts";

export default class ConversationsImport extends BaseCommand {
  static override summary = "Bring in conversations from a file: an export of this stack, or of Open WebUI.";
  static override description =
    `What is wrong with a conversation costs that one alone, and is told. What is here already stays as it is, so that the
same file can be imported again, also after it was cut off. Nothing is sent to an engine. The stack must run.

Exit codes: 0 all of it is here now, 1 something was refused, 2 it could not be imported.`;
  static override examples = [
    "<%= config.bin %> conversations import chat-export-2026-11-29.json",
    "<%= config.bin %> conversations import open-webui.json --user alice --json | jq .refused",
  ];
  static override args = { file: Args.string({ description: "The file.", required: true }) };
  static override flags = { ...hmiFlags };

  async run(): Promise<ImportReport> {
    const { args, flags } = await this.parse(ConversationsImport);
    const call = hmiCalls(await this.loadConfig(flags.config), flags, this.interruptSignal());
    const { aside } = this;
    const send = async (body: string): Promise<ImportReport> => {
      const answer = await call("POST", hmiRoutes.importChats.path(), body);
      return ImportReport.parse(await answer.json());
    };
    const onProgress = (share: number): void => aside.progress(`  ${Math.floor(share * 100)} %`);
    const report = await importInParts(sourceOf(args.file), { send, onProgress });
    aside.progress("");
    for (const line of importLines(report)) this.screen.line(line);
    if (report.conversations.refused + report.profiles.refused > 0) process.exitCode = EXIT.failed;
    return report;
  }
}

/** Throws a UserError where it cannot be read. */
function sourceOf(file: string): Parameters<typeof importInParts>[0] {
  const unreadable = (error: unknown): UserError =>
    new UserError("transfer_failed", `${file} cannot be read: ${messageOf(error)}.`, {
      hint: "Name a file that `stack conversations export` or Open WebUI has written.",
      cause: error,
    });
  let size: number;
  try {
    size = statSync(file).size;
  } catch (error) {
    throw unreadable(error);
  }
  return {
    size,
    async *read() {
      const pieces: AsyncIterable<string> = createReadStream(file, "utf8");
      try {
        yield* pieces;
      } catch (error) {
        throw error instanceof UserError ? error : unreadable(error);
      }
    },
  };
}
