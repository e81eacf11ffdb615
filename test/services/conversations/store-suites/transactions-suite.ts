import { describe, expect, test } from "vitest";
import { endingOf } from "../../../support/store.ts";
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

    test("whoever hears of a message that is being committed finds it, in a new conversation or in one that is there", async () => {
      const { own, store, openAnother } = await open();
      const other = (await openAnother()).own;
      const historyOf = (sessionId: string) =>
        other.afterSending(sessionId, (within) => within.messages.history(sessionId));
      const send = async (content: string, sessionId?: string) => {
        let reading: ReturnType<typeof historyOf> | undefined;
        const sent = await own.transaction(
          async ({ conversations, messages }) => {
            const destination = { ...GENERAL, sessionId };
            const opened = await (sessionId === undefined
              ? conversations.openNew(destination)
              : conversations.open(destination));
            const { session_id } = opened.session;
            return await messages.begin({ sessionId: session_id, content, modelName: null, opened });
          },
          ({ reply }) => {
            reading = historyOf(reply.session_id);
          },
        );
        const history = await (reading ?? historyOf(sent.reply.session_id));
        expect(history.messages.slice(-2)).toEqual([sent.user, sent.reply]);
        await store.replies.finish(sent.reply.message_id, endingOf({ content: "Hello" }));
        return sent.reply.session_id;
      };
      const sessionId = await send("Hi");
      for (const content of ["again", "and again"]) await send(content, sessionId);
    });
  });
}
