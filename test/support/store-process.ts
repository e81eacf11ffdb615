/**
 * A store in a process of its own: `store-process.ts <file>`. It opens the file at the first request.
 * Each line of input is a call, `["conversations", "open", {...}]`, of a part of what
 * the user has or of the `replies`; each line of output its result.
 */
import { createInterface } from "node:readline";
import { LOCAL_USER } from "../../src/contract/caller-headers.ts";
import { WireError } from "../../src/contract/wire-error.ts";
import type { ConversationStore } from "../../src/services/conversations/conversation-store.ts";
import { openSqliteStore } from "../../src/services/conversations/sqlite/open-sqlite-store.ts";

let store: ConversationStore | undefined;

process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
await store?.close();

async function answer(line: string): Promise<unknown> {
  try {
    store ??= openSqliteStore({ path: process.argv[2] ?? "", defaultAgent: "architect" });
    const [part, call, ...args] = JSON.parse(line);
    const parts = { ...store.as(LOCAL_USER), replies: store.replies };
    const calls: Record<string, (...args: unknown[]) => unknown> = Object.fromEntries(
      Object.entries(parts).flatMap(([name, of]) => (name === part ? Object.entries(of) : [])),
    );
    return { result: await calls[call]?.(...args) };
  } catch (error) {
    return { error: error instanceof WireError ? error.code : String(error) };
  }
}
