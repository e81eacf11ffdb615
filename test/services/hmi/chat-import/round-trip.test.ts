import fc from "fast-check";
import { expect, test } from "vitest";
import { ChatExport } from "../../../../src/contract/chat-export.ts";
import type { UserStore } from "../../../../src/services/conversations/conversation-store.ts";
import { openSqliteStore } from "../../../../src/services/conversations/sqlite/open-sqlite-store.ts";
import { importConversations } from "../../../../src/services/hmi/chat-import/import-conversations.ts";
import { exportEverything, planExport } from "../../../../src/services/hmi/export-everything.ts";
import {
  anyExport,
  CONVERSATION,
  exportOf,
  MESSAGE,
  withoutIds,
} from "../../../support/exported-conversations.ts";
import { openTestStore, ownOf } from "../../../support/store.ts";

/** What is exported of a user, whole. */
async function exported(own: UserStore): Promise<ChatExport> {
  let text = "";
  for await (const piece of exportEverything(own, await planExport(own, undefined))) text += piece;
  return ChatExport.parse(JSON.parse(text));
}

async function bring(own: UserStore, file: ChatExport) {
  return await importConversations(JSON.stringify(file), {
    own,
    defaults: { agentId: "architect" },
  });
}

test("any export, brought into an empty store, is exported again as it was, and adds nothing a second time", async () => {
  await fc.assert(
    fc.asyncProperty(anyExport, async (file) => {
      const store = openSqliteStore({ path: ":memory:", defaultAgent: "architect" });
      try {
        const own = ownOf(store);
        const { conversations, refused } = await bring(own, file);
        expect([refused, conversations.imported]).toEqual([[], file.conversations.length]);
        const once = await exported(own);
        expect(withoutIds(once)).toEqual(withoutIds(file));
        const again = await bring(own, once);
        expect(again.conversations).toEqual({
          imported: 0,
          already_there: file.conversations.length,
          refused: 0,
        });
        expect(await exported(own)).toEqual({ ...once, exported_at: expect.any(String) });
      } finally {
        await store.close();
      }
    }),
    { numRuns: 40 },
  );
});

test("an export lets others have their turn after each piece, however quick its reader is", async () => {
  const { own } = openTestStore();
  const messages = Array.from({ length: 8 }, (_, index) => ({
    ...MESSAGE,
    message_id: String(index),
    parent_id: index === 0 ? null : String(index - 1),
    content: "x".repeat(70_000),
  }));
  await bring(own, exportOf([{ ...CONVERSATION, messages }]));
  let turns = 0;
  let immediate = setImmediate(function count() {
    turns += 1;
    immediate = setImmediate(count);
  });
  const turnsAtPieces: number[] = [];
  for await (const _ of exportEverything(own, await planExport(own, undefined))) turnsAtPieces.push(turns);
  clearImmediate(immediate);
  expect(turnsAtPieces.length).toBeGreaterThan(8);
  expect(new Set(turnsAtPieces).size).toBe(turnsAtPieces.length);
});
