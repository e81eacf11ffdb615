import { describe, expect, test } from "vitest";
import type { Message } from "../../../../src/contract/hmi-schemas.ts";
import type { PictureBytes } from "../../../../src/services/conversations/conversation-store.ts";
import { addSummary, endingOf, exchangeOf, openConversation } from "../../../support/store.ts";
import type { OpenStore } from "../../../support/test-stores.ts";

/** Messages as a tree. */
export function versionsSuite(open: OpenStore): void {
  describe("versions", () => {
    /** A conversation of this many exchanges: "question 1", "answer 1", and so on. */
    async function startWith(exchanges: number) {
      const { store, own, raw } = await open();
      const sessionId = await openConversation(own, null);
      for (let number = 1; number <= exchanges; number += 1) {
        await exchangeOf(store, sessionId, `question ${number}`, `answer ${number}`);
      }
      const finish = async (reply: Message, content: string): Promise<Message> => {
        await store.replies.finish(reply.message_id, endingOf({ content }));
        return reply;
      };
      return {
        own,
        raw,
        sessionId,
        finish,
        /** The messages that are shown, as a person sees them. */
        shown: async () => (await own.messages.list(sessionId)).map(({ content }) => content),
        prompt: async () => (await own.messages.history(sessionId)).messages.map(({ content }) => content),
        ids: async () => (await own.messages.list(sessionId)).map(({ message_id }) => message_id),
        choose: async (messageId: string) => await own.messages.choose(sessionId, messageId),
        async edit(edits: string, content: string, images?: readonly PictureBytes[]) {
          const begun = await own.messages.begin({ sessionId, content, edits, images, modelName: null });
          await finish(begun.reply, `to ${content}`);
          return begun;
        },
        async again(content: string) {
          const { reply } = await own.messages.beginAgain({
            sessionId,
            modelName: undefined,
            defaultModel: null,
          });
          return await finish(reply, content);
        },
      };
    }

    test("an edited message is another version, and what followed the earlier one is left with it", async () => {
      const { own, raw, sessionId, shown, prompt, ids, edit } = await startWith(3);
      const [, , second = "", ...after] = await ids();
      const { user } = await edit(second, "question 2b");
      expect(await shown()).toEqual(["question 1", "answer 1", "question 2b", "to question 2b"]);
      expect(await prompt()).toEqual(await shown());
      expect(await own.messages.find(user.message_id)).toMatchObject({
        parent_id: (await ids())[1],
        versions: [second, user.message_id],
      });
      const others = await own.messages.listOthers(sessionId);
      expect(others.map(({ message_id }) => message_id)).toEqual([second, ...after]);
      expect((await own.conversations.get(sessionId)).message_count).toBe(8);
      expect(await raw.problems()).toEqual([]);
    });

    test("the way that was left is shown again as it was, deeper choices and all", async () => {
      const { shown, prompt, ids, edit, again, choose, raw } = await startWith(2);
      const [first = "", , , answer = ""] = await ids();
      await again("answer 2b");
      await choose(answer);
      expect(await shown()).toEqual(["question 1", "answer 1", "question 2", "answer 2"]);
      const { user } = await edit(first, "question 1b");
      expect(await shown()).toEqual(["question 1b", "to question 1b"]);
      const rows = await choose(first);
      expect(rows.map(({ content }) => content)).toEqual([
        "question 1",
        "answer 1",
        "question 2",
        "answer 2",
      ]);
      expect(await prompt()).toEqual(await shown());
      await choose(user.message_id);
      expect(await shown()).toEqual(["question 1b", "to question 1b"]);
      expect(await raw.problems()).toEqual([]);
    });

    test("a message deep in a way that was left is shown with all that leads to it", async () => {
      const { shown, ids, edit, choose } = await startWith(3);
      const [first = "", , , , , last = ""] = await ids();
      await edit(first, "question 1b");
      await choose(last);
      expect((await shown()).at(-1)).toBe("answer 3");
      expect(await shown()).toHaveLength(6);
    });

    test("each reply made again is a version more, in the order in which they were made", async () => {
      const { own, sessionId, ids, again, choose, shown } = await startWith(1);
      const [, first] = await ids();
      const more = [(await again("b")).message_id, (await again("c")).message_id];
      const [, row] = await own.messages.list(sessionId);
      expect(row).toMatchObject({ message_id: more[1], versions: [first, ...more] });
      await choose(more[0] ?? "");
      expect(await shown()).toEqual(["question 1", "b"]);
    });

    test("the conversation goes on from what is shown", async () => {
      const { own, sessionId, ids, again, choose, prompt, edit } = await startWith(1);
      const [, first = ""] = await ids();
      const second = (await again("b")).message_id;
      await edit((await ids())[0] ?? "", "question 1b");
      await choose(first);
      const next = await own.messages.begin({ sessionId, content: "on", modelName: null });
      expect(next.user.parent_id).toBe(first);
      expect(await prompt()).toEqual(["question 1", "answer 1", "on", ""]);
      await expect(choose(second)).rejects.toMatchObject({ code: "generation_in_progress", status: 409 });
    });

    test("a summary is of the way that it was made of", async () => {
      const { own, sessionId, ids, edit, choose } = await startWith(3);
      const [first = "", , , answer = ""] = await ids();
      await addSummary(own, sessionId, "1 to 2", answer);
      await edit(first, "question 1b");
      expect((await own.messages.history(sessionId)).summary).toBeNull();
      expect((await own.messages.list(sessionId)).map(({ message_type }) => message_type)).toEqual([
        "chat",
        "chat",
      ]);
      await choose(first);
      expect((await own.messages.list(sessionId)).at(-1)).toMatchObject({
        content: "1 to 2",
        covers_until: answer,
      });
      const { summary, messages } = await own.messages.history(sessionId);
      expect([summary, messages.map(({ content }) => content)]).toEqual([
        "1 to 2",
        ["question 3", "answer 3"],
      ]);
    });

    test("an edited message keeps its pictures, unless it has others", async () => {
      const { own, sessionId, edit, finish } = await startWith(0);
      const picture = (byte: number): PictureBytes => ({
        mediaType: "image/png",
        bytes: Uint8Array.of(byte),
      });
      const { user, reply } = await own.messages.begin({
        sessionId,
        content: "See",
        images: [picture(1), picture(2)],
        modelName: null,
      });
      await finish(reply, "I see");
      const same = await edit(user.message_id, "Look");
      const bytes = same.user.images.map(
        async ({ image_id }) => (await own.messages.image(image_id)).bytes[0],
      );
      expect(await Promise.all(bytes)).toEqual([1, 2]);
      const other = await edit(user.message_id, "Look here", [picture(3)]);
      expect(other.user.images).toHaveLength(1);
      expect((await own.messages.find(user.message_id))?.images).toHaveLength(2);
    });

    test("only a user's message of this conversation of this user can be edited, or chosen", async () => {
      const { own, sessionId, ids, edit, choose, shown } = await startWith(1);
      const other = await openConversationWith(own);
      const before = await shown();
      const [, reply = ""] = await ids();
      await expect(edit(reply, "x")).rejects.toMatchObject({ code: "bad_request", status: 400 });
      for (const id of ["999", "x", other]) {
        await expect(edit(id, "x")).rejects.toMatchObject({ code: "message_not_found", status: 404 });
        await expect(choose(id)).rejects.toMatchObject({ code: "message_not_found", status: 404 });
      }
      expect(await shown()).toEqual(before);
      expect((await own.conversations.get(sessionId)).message_count).toBe(2);
    });

    async function openConversationWith(own: Awaited<ReturnType<typeof startWith>>["own"]): Promise<string> {
      const { session_id } = await own.conversations.create({ modelId: null, agentId: "architect" });
      return (await own.messages.begin({ sessionId: session_id, content: "Hi", modelName: null })).user
        .message_id;
    }

    test("a conversation of 1,500 messages in a row is chosen, and deleted, like any other", async () => {
      const { own, sessionId, ids, choose, raw } = await startWith(1);
      const last = Number((await ids()).at(-1));
      // Deeper than SQLite lets triggers go.
      await raw.exec(`
    WITH RECURSIVE number (n) AS (SELECT ${last + 1} UNION ALL SELECT n + 1 FROM number WHERE n < ${last + 1498})
    INSERT INTO messages (id, conversation_id, role, message_type, content, agent_id, status, parent, chosen, created_at)
      SELECT n, ${sessionId}, 'user', 'chat', 'on', 'architect', 'complete', n - 1, 1, '2026-01-01T00:00:00Z' FROM number`);
      expect(await raw.problems()).toEqual([]);
      const all = await ids();
      expect(all).toHaveLength(1_500);
      expect(await choose(all.at(-1) ?? "")).toHaveLength(1_500);
      await own.conversations.delete(sessionId);
      expect(await raw.problems()).toEqual([]);
      expect(await raw.get("SELECT count(*) AS n FROM messages")).toEqual({ n: 0 });
    });
  });
}
