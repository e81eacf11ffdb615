import { describe, expect, test } from "vitest";
import { fingerprintOf } from "../../../../src/services/conversations/message-fingerprint.ts";
import { endingOf, makeProfile } from "../../../support/store.ts";
import type { OpenStore } from "../../../support/test-stores.ts";

/** Keys by which a message can be sent again. */
export function clientKeysSuite(open: OpenStore): void {
  describe("client keys", () => {
    const GENERAL = { modelId: null, agentId: undefined };
    const keyOf = (id: string, content: string) => ({
      id,
      fingerprint: fingerprintOf({ content, model: undefined, modelId: null }),
    });

    test("a key belongs to its conversation: in another one it is another message's", async () => {
      const { store, own } = await open();
      const ids: string[] = [];
      for (const content of ["Hi", "Ho"]) {
        const { session } = await own.conversations.openNew(GENERAL);
        const message = {
          sessionId: session.session_id,
          content,
          modelName: null,
          clientKey: keyOf("key", content),
        };
        const first = await own.messages.begin(message);
        await store.replies.finish(first.reply.message_id, endingOf());
        expect(await own.messages.begin(message)).toMatchObject({ isNew: false, user: first.user });
        expect(await own.messages.findExchange(message.clientKey, session.session_id)).toMatchObject({
          user: first.user,
        });
        ids.push(first.user.message_id);
      }
      expect(new Set(ids).size).toBe(2);
    });

    test("a key that comes again with another message is refused, whatever runs", async () => {
      const { store, own } = await open();
      const { session_id: sessionId } = (await own.conversations.openNew(GENERAL)).session;
      const { reply } = await own.messages.begin({
        sessionId,
        content: "Hi",
        modelName: null,
        clientKey: keyOf("key", "Hi"),
      });
      const reused = { code: "key_reused", status: 409, message: expect.stringContaining('"key"') };
      const other = { sessionId, content: "Ho", modelName: null, clientKey: keyOf("key", "Ho") };
      await expect(own.messages.begin(other)).rejects.toMatchObject(reused);
      await expect(own.messages.findExchange(other.clientKey, sessionId)).rejects.toMatchObject(reused);
      await store.replies.finish(reply.message_id, endingOf());
      await expect(own.messages.begin(other)).rejects.toMatchObject(reused);
      expect(await own.messages.list(sessionId)).toHaveLength(2);
    });

    test("text, pictures, model and profile tell a message from another; a profile that is not named is none", () => {
      const asked = { content: "Hi", model: "phi3:mini", modelId: 1, images: ["AAAA"] };
      const others = [
        { content: "Ho" },
        { model: undefined },
        { modelId: 2 },
        { images: ["AAAB"] },
        { images: [] },
      ];
      const all = [asked, ...others.map((other) => ({ ...asked, ...other }))].map(fingerprintOf);
      expect(new Set(all).size).toBe(6);
      expect(fingerprintOf({ ...asked })).toBe(all[0]);
      expect(fingerprintOf({ ...asked, modelId: undefined })).toBe(
        fingerprintOf({ ...asked, modelId: null }),
      );
    });

    test("a message that names no conversation goes, sent again, to the one that it went to", async () => {
      const { own } = await open();
      const first = await own.conversations.openNew(GENERAL, "first");
      const again = await own.conversations.openNew(GENERAL, "first");
      // Nothing was said there yet: it is still this message that makes it.
      expect([first.created, again]).toEqual([true, { ...first, row: undefined }]);
      await own.messages.begin({ sessionId: first.session.session_id, content: "Hi", modelName: null });
      expect((await own.conversations.openNew(GENERAL, "first")).created).toBe(false);

      const { session: second, created } = await own.conversations.openNew(GENERAL, "second");
      expect([created, second.session_id === first.session.session_id]).toEqual([true, false]);
      // Also where another one is active by now.
      const general = await own.conversations.open(GENERAL, "first");
      expect(general.session.session_id).toBe(first.session.session_id);
      const active = await own.conversations.open(GENERAL, "third");
      expect([active.session.session_id, active.created]).toEqual([second.session_id, false]);
      await own.conversations.openNew(GENERAL);
      expect((await own.conversations.open(GENERAL, "third")).session.session_id).toBe(second.session_id);
    });

    test("such a key is refused for another profile or agent", async () => {
      const { own } = await open();
      const modelId = await makeProfile(own, "Tower");
      await own.conversations.openNew({ modelId, agentId: "writer" }, "key");
      const reused = { code: "key_reused" };
      await expect(own.conversations.openNew(GENERAL, "key")).rejects.toMatchObject(reused);
      await expect(own.conversations.open({ modelId, agentId: "reviewer" }, "key")).rejects.toMatchObject(
        reused,
      );
      expect((await own.conversations.open({ modelId, agentId: undefined }, "key")).session.agent_id).toBe(
        "writer",
      );
    });

    test("keys of two users never meet, and go with their conversation", async () => {
      const { store, own } = await open();
      const bob = store.as("bob");
      const [mine, theirs] = [
        await own.conversations.openNew(GENERAL, "key"),
        await bob.conversations.openNew(GENERAL, "key"),
      ];
      expect(mine.session.session_id).not.toBe(theirs.session.session_id);
      expect(await bob.messages.findExchange(keyOf("key", "Hi"))).toBeUndefined();
      await own.conversations.delete(mine.session.session_id);
      expect((await own.conversations.openNew(GENERAL, "key")).created).toBe(true);
    });
  });
}
