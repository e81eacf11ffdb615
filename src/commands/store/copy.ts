import { Flags } from "@oclif/core";
import { BaseCommand } from "../../cli/base-command.ts";
import type { StoreCopy } from "../../services/conversations/store-copy/copy-store.ts";

export default class StoreCopyCommand extends BaseCommand {
  static override summary = "Copy all conversations from one database to another, of either kind.";
  static override description =
    `An address is postgresql://user@host/database, sqlite:chat.db, or the path of a SQLite file. All users' profiles,
conversations, messages with their versions, pictures and keys are copied as they are at one moment, and every row is compared at
the end. Nothing is overwritten: a database that has other rows is refused before anything is written. A copy that was
interrupted goes on when it is asked for again. Stop the stack before, so that nothing is said meanwhile.

Exit codes: 0 all is there, and the same; 2 it is not.`;
  static override examples = [
    "<%= config.bin %> store copy --from .stack/chat.db --to postgresql://chat@db.internal/chat",
    "<%= config.bin %> store copy --from postgresql://chat@db.internal/chat --to sqlite:chat.db --json",
  ];
  static override flags = {
    from: Flags.string({ description: "The database that is copied.", helpValue: "URL", required: true }),
    to: Flags.string({ description: "The one that it is copied to.", helpValue: "URL", required: true }),
  };

  async run(): Promise<StoreCopy> {
    const { flags } = await this.parse(StoreCopyCommand);
    const signal = this.interruptSignal();
    const { copyStore } = await import("../../services/conversations/store-copy/copy-store.ts");
    const { screen } = this;
    const copy = await copyStore({
      ...flags,
      signal,
      onProgress: ({ step, table, done, total }) => screen.progress(`${step} ${table}: ${done} of ${total}`),
    });
    for (const [table, { rows, copied }] of Object.entries(copy.tables)) {
      screen.line(`${table}: ${rows} rows, ${copied} of them copied now`);
    }
    screen.line(`All of ${copy.from} is in ${copy.to}: each row was compared.`);
    return copy;
  }
}
