import { describe, expect, test } from "vitest";
import type { UserStore } from "../../../../src/services/conversations/conversation-store.ts";
import { endingOf, exchangeOf, makeProfile } from "../../../support/store.ts";
import type { OpenStore } from "../../../support/test-stores.ts";

/** What one user has, and no other sees. */
export function usersSuite(open: OpenStore): void {
  describe("users", () => {
    /** What Alice has, and the store as Bob sees it. */
    async function startWithTwo() {
      const { store } = await open();
      const [alice, bob] = [store.as("alice"), store.as("bob")];
      const modelId = await makeProfile(alice, "Tower");
      const { session } = await alice.conversations.openNew({ modelId, agentId: undefined }, "key");
      const sessionId = session.session_id;
      const { user, reply } = await exchangeOf(store, sessionId, "Hi", "Hello", "alice");
      const images = [{ mediaType: "image/png", bytes: Buffer.from([1]) }] as const;
      const clientKey = { id: "key", fingerprint: "See" };
      const seen = await alice.messages.begin({
        sessionId,
        content: "See",
        images,
        modelName: null,
        clientKey,
      });
      await store.replies.finish(seen.reply.message_id, endingOf());
      return { store, alice, bob, modelId, sessionId, user, reply, clientKey };
    }

    /** What a user has, whole. */
    async function allOf({ profiles, conversations, messages }: UserStore) {
      const { sessions } = await conversations.list({ limit: 100, offset: 0 });
      const rows = await Promise.all(sessions.map(({ session_id }) => messages.list(session_id)));
      return { profiles: await profiles.list(), sessions, rows };
    }

    const GONE = { code: "conversation_not_found", status: 404 };
    const NO_PROFILE = { code: "model_profile_not_found", status: 404 };

    test("every call that names what is another's is answered as one that names nothing", async () => {
      const { alice, bob, modelId, sessionId, user, reply, clientKey } = await startWithTwo();
      const before = await allOf(alice);
      const { conversations, messages, profiles } = bob;
      const destination = { sessionId, modelId: undefined, agentId: undefined };
      const row = { sessionId, messageType: "chat", modelName: null, status: "complete" } as const;
      const refused: Record<string, () => Promise<unknown>> = {
        get: () => conversations.get(sessionId),
        open: () => conversations.open(destination),
        activate: () => conversations.activate(sessionId),
        rename: () => conversations.rename(sessionId, "Mine"),
        archive: () => conversations.archive(sessionId),
        unarchive: () => conversations.unarchive(sessionId),
        renew: () => conversations.renew(sessionId),
        delete: () => conversations.delete(sessionId),
        list: () => messages.list(sessionId),
        history: () => messages.history(sessionId),
        begin: () => messages.begin({ sessionId, content: "Hi", modelName: null }),
        beginAgain: () => messages.beginAgain({ sessionId, modelName: undefined, defaultModel: null }),
        add: () => messages.add({ ...row, role: "user", content: "Hi" }),
        findExchange: () => messages.findExchange(clientKey, sessionId),
      };
      for (const [name, call] of Object.entries(refused))
        await expect(call(), name).rejects.toMatchObject(GONE);
      const ofProfile = { modelId, agentId: undefined };
      const withoutProfile: Record<string, () => Promise<unknown>> = {
        get: () => profiles.get(modelId),
        update: () => profiles.update(modelId, { name: "Mine" }),
        delete: () => profiles.delete(modelId),
        open: () => conversations.open(ofProfile),
        openNew: () => conversations.openNew(ofProfile, "key"),
        create: () => conversations.create({ modelId, agentId: "architect" }),
      };
      for (const [name, call] of Object.entries(withoutProfile)) {
        await expect(call(), name).rejects.toMatchObject(NO_PROFILE);
      }
      await expect(messages.image("1")).rejects.toMatchObject({ code: "not_found" });
      expect(await profiles.contextOf(sessionId)).toBeNull();
      for (const id of [user.message_id, reply.message_id]) {
        expect([await messages.find(id), await messages.exchangeOf(id)]).toEqual([undefined, undefined]);
      }
      expect(await messages.findExchange(clientKey)).toBeUndefined();
      expect((await conversations.list({ modelId, limit: 10, offset: 0 })).total).toBe(0);
      expect(await allOf(bob)).toEqual({ profiles: [], sessions: [], rows: [] });
      expect(await allOf(alice)).toEqual(before);
    });

    test("each user has an active conversation of their own", async () => {
      const { store } = await open();
      const general = { modelId: null, agentId: undefined };
      const opened = await Promise.all(
        ["alice", "bob"].map((user) => store.as(user).conversations.open(general)),
      );
      expect(opened.map(({ created, session }) => [created, session.active])).toEqual([
        [true, true],
        [true, true],
      ]);
      expect(new Set(opened.map(({ session }) => session.session_id)).size).toBe(2);
      const again = await store.as("alice").conversations.open(general);
      expect(again.session).toEqual(opened[0]?.session);
    });

    test("whose a conversation or a reply is can be asked by who acts for all", async () => {
      const { store, sessionId, user, reply } = await startWithTwo();
      expect(await store.userOf(sessionId)).toBe("alice");
      expect(await store.replies.find(reply.message_id)).toMatchObject({
        user: "alice",
        reply: { message_id: reply.message_id, content: "Hello" },
        message: user,
      });
      for (const nothing of ["999", "x", ""]) {
        expect([await store.userOf(nothing), await store.replies.find(nothing)]).toEqual([
          undefined,
          undefined,
        ]);
      }
      expect(await store.replies.find(user.message_id)).toBeUndefined();
    });
  });
}
