import { join } from "node:path";
import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../src/config/default-config.ts";
import { withReplyMethod, withUserMethod } from "../../../src/faults/tools/wrap-store.ts";
import { openSqliteStore } from "../../../src/services/conversations/sqlite/open-sqlite-store.ts";
import type { RunningStack } from "../../../src/services/in-process-stack.ts";
import { openTargetStore } from "../../../src/targets/store/target-store.ts";
import { verify } from "../../../src/verify/verify-stack.ts";
import { messagesOf, say, startTestStack } from "../../support/hmi.ts";
import { tempFolder } from "../../support/temp.ts";

async function verifyWithStore(stack: RunningStack, path: string, checks: string) {
  const contract = { ...DEFAULT_CONFIG.contract, store: `sqlite:${path}` };
  return await verify({
    suite: ["model-conversation", "persistence"],
    grep: new RegExp(checks),
    target: { ...stack, contract },
  });
}

test("our own store's rows are those that the HMI shows", async () => {
  const path = join(tempFolder(), "chat.db");
  const { hmi } = await startTestStack({ storePath: path });
  await say(hmi, "Hello");
  const store = await openTargetStore(`sqlite:${path}`, {});
  // Pictures are kept in a table of their own; versions, what a summary covers and how long was thought are told by whoever shows them.
  const shown = (await messagesOf(hmi, "1")).map(
    ({
      images: _images,
      parent_id: _parent,
      versions: _versions,
      covers_until: _covers,
      thinking_ms: _ms,
      ...row
    }) => row,
  );
  expect(await store.messagesOf("1")).toEqual(shown);
  expect(await store.messagesOf("1")).toHaveLength(2);
  await store.close();
});

test("the rows are judged that the store's file holds, and the report says so", async () => {
  const path = join(tempFolder(), "chat.db");
  const report = await verifyWithStore(
    await startTestStack({ storePath: path }),
    path,
    "model-conversation/|persistence/(complete|row-usage|saved-at-done|row-order)",
  );
  expect(report.counts).toMatchObject({ holds: 13, broken: 0, skipped: 0, could_not_run: 0 });
  expect(report.target).toContain(`, with the rows of the SQLite file ${path}`);
});

test("a reply that the HMI shows and the store does not hold is broken", async () => {
  const elsewhere = join(tempFolder(), "other.db");
  await openSqliteStore({ path: elsewhere, defaultAgent: "assistant" }).close();
  const report = await verifyWithStore(
    await startTestStack(),
    elsewhere,
    "persistence/(complete|saved-at-done)",
  );
  expect(report.counts).toMatchObject({ holds: 0, broken: 2 });
});

test("text that the store loses and the HMI shows from its memory is broken wherever it is claimed to be kept", async () => {
  const path = join(tempFolder(), "chat.db");
  const kept = new Map<string, string>();
  const stack = await startTestStack({
    storePath: path,
    overrides: {
      store(store) {
        const losing = withReplyMethod(store, "finish", async (id, ending) => {
          kept.set(id, ending.content);
          return await store.replies.finish(id, { ...ending, content: "" });
        });
        return withUserMethod(losing, "messages", "list", (own) => async (id, limit) => {
          const rows = await own.messages.list(id, limit);
          return rows.map((row) => ({ ...row, content: kept.get(row.message_id) ?? row.content }));
        });
      },
    },
  });
  const report = await verify({
    suite: ["sse", "persistence"],
    grep: /sse\/(kept|text)|persistence\/(complete|failed)/,
    target: { ...stack, contract: { ...DEFAULT_CONFIG.contract, store: `sqlite:${path}` } },
  });
  expect(report.results.map(({ id, outcome }) => [id, outcome.verdict])).toEqual([
    ["sse/text", "broken"],
    ["sse/kept", "broken"],
    ["persistence/complete", "broken"],
    ["persistence/failed", "broken"],
  ]);
});
