import { describe, expect, test } from "vitest";
import type { OpenStore } from "../../../support/test-stores.ts";

/** Several calls in one transaction. */
export function transactionsSuite(open: OpenStore): void {
  describe("transactions", () => {
    const GENERAL = { modelId: null, agentId: undefined };
    const ALL = { archived: "all", limit: 10, offset: 0 } as const;

    test("a conversation that was made for a message goes with it, where the message cannot be saved", async () => {
      const { own, raw } = await open();
      const active = await own.conversations.create({ modelId: null, agentId: "architect" });
      await raw.refuseInserts("messages");
      const clientKey = { id: "key", fingerprint: "Hi" };
      const sent = own.transaction(async (within) => {
        const { session } = await within.conversations.openNew(GENERAL, clientKey.id);
        const { session_id: sessionId } = session;
        return await within.messages.begin({ sessionId, content: "Hi", modelName: null, clientKey });
      });
      await expect(sent).rejects.toThrow("full");
      expect((await own.conversations.list(ALL)).sessions).toEqual([active]);
      expect(await own.messages.findExchange(clientKey)).toBeUndefined();
    });

    test("what is done in one is there together, and may build on itself", async () => {
      const { own } = await open();
      const begun = await own.transaction(async (within) => {
        const { session } = await within.conversations.openNew(GENERAL);
        const { session_id: sessionId } = session;
        return await within.messages.begin({ sessionId, content: "Hi", modelName: null });
      });
      expect(begun.session).toMatchObject({ title: "Hi", message_count: 2 });
      expect(await own.messages.list(begun.session.session_id)).toEqual([begun.user, begun.reply]);
    });

    test("a snapshot is of one moment, whatever is written meanwhile", async () => {
      const { own, openAnother } = await open();
      const other = (await openAnother()).own;
      await own.snapshot(async (within) => {
        const before = await within.conversations.list(ALL);
        await other.conversations.create({ modelId: null, agentId: "architect" });
        expect(await within.conversations.list(ALL)).toEqual(before);
      });
      expect((await own.conversations.list(ALL)).total).toBe(1);
    });
  });
}
