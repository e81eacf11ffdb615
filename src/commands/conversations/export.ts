import { Args, Flags } from "@oclif/core";
import { BaseCommand } from "../../cli/base-command.ts";
import { type HmiCall, hmiCalls } from "../../cli/hmi-calls.ts";
import { printJsonPiece } from "../../cli/print-to-stdout.ts";
import { saveDownload } from "../../cli/save-download.ts";
import { hmiFlags } from "../../cli/verify-flags.ts";
import { JsonListScanner } from "../../contract/json-list-scanner.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { messageOf } from "../../errors/thrown-error.ts";
import { UserError } from "../../errors/user-error.ts";

interface ExportedFile {
  /** Where it was written; null where it went to standard output. */
  readonly file: string | null;
  readonly conversations: number;
  readonly characters: number;
}

export default class ConversationsExport extends BaseCommand {
  static override summary = "Save all conversations and profiles of a user as one file.";
  static override description =
    `Archived conversations too, with all versions of their messages, thoughts and pictures: docs/chat-export.schema.json
is its schema. \`stack conversations import\` brings it in again, here or elsewhere. The stack must run.

Exit codes: 0 it is saved, 2 it could not.`;
  static override examples = [
    "<%= config.bin %> conversations export",
    "<%= config.bin %> conversations export - | jq '.conversations[].title'",
    "<%= config.bin %> conversations export alice.json --user alice",
  ];
  static override args = {
    file: Args.string({
      description: "Where to; - for the standard output. Default: chat-export-DATE.json.",
    }),
  };
  static override flags = {
    ...hmiFlags,
    session: Flags.string({ description: "Only this conversation, with its profile.", helpValue: "ID" }),
    force: Flags.boolean({ description: "Write over a file that is there." }),
  };

  async run(): Promise<ExportedFile> {
    const { args, flags } = await this.parse(ConversationsExport);
    const { file = `chat-export-${new Date().toISOString().slice(0, 10)}.json` } = args;
    if (file === "-" && this.jsonEnabled()) {
      throw new UserError("bad_flag", "--json and - both want the standard output.", {
        hint: "Leave one of them out.",
      });
    }
    const call = hmiCalls(await this.loadConfig(flags.config), flags, this.interruptSignal());
    const counted = { conversations: 0, characters: 0 };
    const pieces = piecesOf(call, flags.session, counted);
    if (file === "-") {
      for await (const piece of pieces) await printJsonPiece(piece);
      return { file: null, ...counted };
    }
    await saveDownload(file, pieces, { force: flags.force });
    this.screen.line(`  Saved: ${file}, ${counted.conversations} conversations`);
    return { file, ...counted };
  }
}

/** The export as it comes; counts what is in it. */
async function* piecesOf(
  call: HmiCall,
  session_id: string | undefined,
  counted: { conversations: number; characters: number },
): AsyncGenerator<string> {
  const answer = await call("GET", hmiRoutes.exportChats.path(undefined, { session_id }));
  const scanner = new JsonListScanner("conversations");
  try {
    for await (const piece of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      counted.conversations += scanner.push(piece).length;
      counted.characters += piece.length;
      yield piece;
    }
  } catch (error) {
    throw new UserError("transfer_failed", `The export was cut off: ${messageOf(error)}.`, {
      hint: "Its log says why: `stack logs hmi`.",
      cause: error,
    });
  }
}
