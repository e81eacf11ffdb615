import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { checkSqliteFile } from "../../../../src/services/conversations/sqlite/check-sqlite.ts";
import { CONVERSATION, MESSAGE } from "../../../support/exported-conversations.ts";
import { openTestStore } from "../../../support/store.ts";
import { tempFolder } from "../../../support/temp.ts";

const SCRIPT = new URL("../../../support/store-process.ts", import.meta.url).pathname;

/** Far more than SQLite keeps in memory before it writes: the file grows long before the transaction ends. */
const MANY = 4_000;

const LONG = {
  ...CONVERSATION,
  messages: Array.from({ length: MANY }, (_, at) => ({
    ...MESSAGE,
    images: [],
    message_id: `m${at}`,
    parent_id: at === 0 ? null : `m${at - 1}`,
    content: `word ${at} `.repeat(400),
  })),
};

test("a process that is killed while it brings in a conversation leaves nothing half, and it can be brought in again", {
  timeout: 60_000,
}, async () => {
  const path = join(tempFolder(), "chat.db");
  const child = spawn(process.execPath, [SCRIPT, path], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  child.stdin.write(`${JSON.stringify(["transfer", "importConversation", LONG])}\n`);
  const walSize = (): number => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  while (walSize() < 2 ** 20 && child.exitCode === null) await sleep(2);
  child.kill("SIGKILL");
  await exited;
  const { own } = openTestStore(path);
  const there = await own.transfer.sessionIds();
  // It may have come to its end before the signal.
  for (const id of there) expect((await own.transfer.read(id)).messages).toHaveLength(MANY);
  expect(checkSqliteFile(path).problems).toEqual([]);
  const { session, isNew } = await own.transfer.importConversation(LONG);
  expect([session.message_count, isNew]).toEqual([MANY, there.length === 0]);
});
