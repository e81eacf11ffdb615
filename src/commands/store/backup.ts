import { resolve } from "node:path";
import { Args } from "@oclif/core";
import { BaseCommand } from "../../cli/base-command.ts";
import { UserError } from "../../errors/user-error.ts";
import type { DatabaseBackup } from "../../services/conversations/sqlite/back-up-sqlite.ts";

export default class StoreBackup extends BaseCommand {
  static override summary =
    "Copy the conversations' SQLite database to a new file, also while the stack runs.";
  static override description =
    `The copy is of one moment, is looked through page by page, and is there once it is whole. It is one file, which can be
put in the database's place while the stack is down. A database of PostgreSQL (store.url) is backed up by pg_dump.

Exit codes: 0 it is there, 2 it is not.`;
  static override examples = [
    "<%= config.bin %> store backup",
    "<%= config.bin %> store backup /srv/backups/chat.db --json",
  ];
  static override args = {
    FILE: Args.string({ description: "Where to. Default: beside the database, with the time in its name." }),
  };

  async run(): Promise<DatabaseBackup> {
    const { args, flags } = await this.parse(StoreBackup);
    const { store } = await this.loadConfig(flags.config);
    if (store.url !== "") {
      throw new UserError(
        "bad_flag",
        "The conversations are in PostgreSQL (store.url), which has its own way.",
        {
          hint: "pg_dump --format=custom --file=chat.dump URL; or `stack store copy --from URL --to chat.db`.",
        },
      );
    }
    const { backUpDatabase } = await import("../../services/conversations/sqlite/back-up-sqlite.ts");
    const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
    const { screen } = this;
    const made = await backUpDatabase(store.path, resolve(args.FILE ?? `${store.path}.${time}.backup`), {
      onProgress: (done, total) => screen.progress(`${done} of ${total} pages`),
    });
    screen.line(
      `${made.backup}: ${made.messages} messages, ${(made.size_bytes / 1024 / 1024).toFixed(1)} MiB, whole.`,
    );
    return made;
  }
}
