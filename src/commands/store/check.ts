import { BaseCommand } from "../../cli/base-command.ts";
import { storeCheckLines } from "../../cli/store-check-lines.ts";
import { EXIT } from "../../errors/exit-codes.ts";
import type { DatabaseCheck } from "../../services/conversations/sql/database-check.ts";

export default class StoreCheck extends BaseCommand {
  static override summary = "Look whether the conversations' database is whole; change nothing.";
  static override description =
    `It may be used meanwhile. Looked at are the file's pages, the references between its tables, the
triggers and indexes that hold the rules of the contract, the rules themselves, replies that an HMI left, and the room
on the disk. Of PostgreSQL (store.url), pages and disk are its own business.

Exit codes: 0 nothing is wrong, 1 something is, 2 it could not look: no database, or one that cannot be read.`;
  static override examples = [
    "<%= config.bin %> store check",
    "<%= config.bin %> store check --json | jq .problems",
  ];

  async run(): Promise<DatabaseCheck> {
    const { flags } = await this.parse(StoreCheck);
    const { store } = await this.loadConfig(flags.config);
    const { checkStore } = await import("../../services/conversations/check-store.ts");
    const check = await checkStore(store);
    for (const line of storeCheckLines(check)) this.screen.line(line);
    if (!check.ok) process.exitCode = EXIT.failed;
    return check;
  }
}
