import { describe, expect, test } from "vitest";
import type { PictureBytes, UserStore } from "../../../../src/services/conversations/conversation-store.ts";
import type {
  TransferredConversation,
  TransferredMessage,
} from "../../../../src/services/conversations/import-export-store.ts";
import {
  CONVERSATION as EXPORTED_CONVERSATION,
  MESSAGE as EXPORTED_MESSAGE,
  REPLY,
  withCountedIds,
} from "../../../support/exported-conversations.ts";
import { addSummary, endingOf, exchangeOf, makeProfile, openConversation } from "../../../support/store.ts";
import type { OpenStore } from "../../../support/test-stores.ts";

/** Conversations on their way out and in. */
export function transferSuite(open: OpenStore): void {
  describe("transfer", () => {
    const PICTURE: PictureBytes = { mediaType: "image/png", bytes: new Uint8Array([1, 2, 3]) };

    const MESSAGE: TransferredMessage<PictureBytes> = { ...EXPORTED_MESSAGE, images: [] };

    const CONVERSATION: TransferredConversation<PictureBytes> = {
      ...EXPORTED_CONVERSATION,
      messages: [MESSAGE, { ...REPLY, images: [] }],
    };

    /** What one user's store gives out, whole, with its pictures in place. */
    async function exportOf(own: UserStore): Promise<TransferredConversation<PictureBytes>[]> {
      const conversations: TransferredConversation<PictureBytes>[] = [];
      for (const sessionId of await own.transfer.sessionIds()) {
        const { messages, ...conversation } = await own.transfer.read(sessionId);
        const withPictures = messages.map(async (message) => ({
          ...message,
          images: await Promise.all(message.images.map(({ image_id }) => own.messages.image(image_id))),
        }));
        conversations.push({ ...conversation, messages: await Promise.all(withPictures) });
      }
      return conversations;
    }

    test("what a user has, with its versions, thoughts, pictures and summaries, is the same in another store", async () => {
      const { store, own } = await open();
      const modelId = await makeProfile(own, "Tower");
      const archived = await openConversation(own, modelId);
      await exchangeOf(store, archived, "Hi", "Hello");
      await own.conversations.archive(archived);
      const sessionId = await openConversation(own, modelId);
      const first = await own.messages.begin({
        sessionId,
        content: "See",
        images: [PICTURE],
        modelName: "m",
      });
      const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
      await store.replies.finish(first.reply.message_id, endingOf({ thinking: "A tower?", usage }));
      const edit = { sessionId, content: "Look", edits: first.user.message_id, modelName: "m" };
      await store.replies.finish((await own.messages.begin(edit)).reply.message_id, endingOf());
      await own.messages.choose(sessionId, first.user.message_id);
      await addSummary(own, sessionId, "They looked.", first.reply.message_id);
      const { reply } = await own.messages.begin({ sessionId, content: "And?", modelName: null });
      await store.replies.grow(reply.message_id, { from: 0, added: "Ha" }, { from: 0, added: "" });

      const exported = await exportOf(own);
      const other = await open();
      for (const profile of await own.transfer.profiles()) await other.own.transfer.importProfile(profile);
      for (const conversation of exported) await other.own.transfer.importConversation(conversation);
      expect(withCountedIds(await exportOf(other.own))).toEqual(withCountedIds(exported));
      expect(await other.own.transfer.profiles()).toEqual(await own.transfer.profiles());
      expect(exported.at(-1)?.messages.at(-1)).toMatchObject({ content: "Ha", status: "interrupted" });
      expect(await other.raw.problems()).toEqual([]);
      // Nobody takes up what nobody writes.
      expect(await other.store.replies.takeOver()).toEqual({ replies: [], heldByOthers: 0 });
    });

    test("a conversation that is there already, as it is by now, stays as it is", async () => {
      const { store, own } = await open();
      const { session, isNew } = await own.transfer.importConversation(CONVERSATION);
      expect([isNew, session.message_count]).toEqual([true, 2]);
      await exchangeOf(store, session.session_id, "And now?", "Good");
      const again = await own.transfer.importConversation(CONVERSATION);
      expect(again).toMatchObject({
        isNew: false,
        session: { session_id: session.session_id, message_count: 4 },
      });
      // What this store gave out, it knows again, too.
      const [mine] = await exportOf(own);
      expect(await own.transfer.importConversation(mine ?? CONVERSATION)).toMatchObject({ isNew: false });
      await own.conversations.delete(session.session_id);
      expect(await own.transfer.importConversation(CONVERSATION)).toMatchObject({ isNew: true });
    });

    test("another user's key is not known", async () => {
      const { store } = await open();
      const [alice, bob] = [store.as("alice"), store.as("bob")];
      const { session } = await alice.transfer.importConversation(CONVERSATION);
      const his = await bob.transfer.importConversation(CONVERSATION);
      expect(his.isNew).toBe(true);
      expect(his.session.session_id).not.toBe(session.session_id);
      expect(await bob.transfer.sessionIds()).toEqual([his.session.session_id]);
      await expect(bob.transfer.read(session.session_id)).rejects.toMatchObject({
        code: "conversation_not_found",
      });
      const [profile] = [await makeProfile(alice, "Tower").then(() => alice.transfer.profiles())].flat();
      await expect(
        bob.transfer.importConversation({ ...CONVERSATION, key: "k", profile_key: profile?.key ?? "" }),
      ).rejects.toMatchObject({ code: "model_profile_not_found" });
    });

    test("a conversation that cannot be saved to its end leaves nothing", async () => {
      const { own, raw } = await open();
      const broken = { ...MESSAGE, message_id: "c", parent_id: "b", role: "user", status: "error" } as const;
      const messages = [...CONVERSATION.messages, broken];
      await expect(own.transfer.importConversation({ ...CONVERSATION, messages })).rejects.toThrow(/check/i);
      const rows = "SELECT (SELECT count(*) FROM conversations) AS n, count(*) AS m FROM messages";
      expect(await raw.get(rows)).toEqual({ n: 0, m: 0 });
    });

    test("it stands in the list where it was last used, and takes nobody's place as the active one", async () => {
      const { own, raw } = await open();
      const mine = await openConversation(own, null);
      await raw.exec("UPDATE conversations SET updated_at = '2026-01-05T00:00:00.000Z'");
      const bring = (key: string, day: number) =>
        own.transfer.importConversation({
          ...CONVERSATION,
          key,
          title: key,
          active: true,
          updated_at: `2026-01-0${day}T00:00:00.000Z`,
        });
      for (const [key, day] of [
        ["older", 2],
        ["oldest", 1],
        ["between", 3],
        ["newest", 6],
      ] as const)
        await bring(key, day);
      const { sessions } = await own.conversations.list({ limit: 10, offset: 0 });
      expect(sessions.map(({ title }) => title)).toEqual(["newest", null, "between", "older", "oldest"]);
      expect(sessions.filter(({ active }) => active).map(({ session_id }) => session_id)).toEqual([mine]);
    });
  });
}
