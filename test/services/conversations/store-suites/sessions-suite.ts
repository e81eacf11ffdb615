import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { SessionFilter } from "../../../../src/services/conversations/conversation-store.ts";
import { exchangeOf, makeProfile, openConversation } from "../../../support/store.ts";
import type { OpenStore } from "../../../support/test-stores.ts";

/** Conversations, and which of them a message goes to. */
export function sessionsSuite(open: OpenStore): void {
  describe("sessions", () => {
    test("the first message of a profile makes its conversation, the next ones find it", async () => {
      const { own } = await open();
      const modelId = await makeProfile(own, "Tower");
      const first = await own.conversations.open({ modelId, agentId: undefined, model: "phi3:mini" });
      const second = await own.conversations.open({ modelId, agentId: undefined });
      expect(first).toMatchObject({
        created: true,
        session: {
          model_id: modelId,
          agent_id: "architect",
          model: "phi3:mini",
          active: true,
          archived: false,
        },
      });
      expect(second).toEqual({ created: false, session: first.session, defaultModel: "phi3:mini" });
    });

    test("profiles and the general conversation keep apart", async () => {
      const { own } = await open();
      const profiles = [await makeProfile(own, "A"), await makeProfile(own, "B"), null];
      const ids = await Promise.all(profiles.map((modelId) => openConversation(own, modelId)));
      expect(new Set(ids).size).toBe(3);
      const found = await Promise.all(ids.map((id) => own.conversations.get(id)));
      expect(found.map((session) => session.model_id)).toEqual(profiles);
    });

    test("a profile that does not exist is told, and nothing is made", async () => {
      const { own } = await open();
      await expect(own.conversations.open({ modelId: 184, agentId: undefined })).rejects.toMatchObject({
        code: "model_profile_not_found",
        message: expect.stringContaining("184"),
      });
      expect(await own.conversations.list({ limit: 10, offset: 0 })).toEqual({ sessions: [], total: 0 });
    });

    test("a message for another agent makes another conversation", async () => {
      const { own } = await open();
      const first = await openConversation(own, null);
      const { session, created } = await own.conversations.open({ modelId: null, agentId: "writer" });
      expect(created).toBe(true);
      expect(session).toMatchObject({ agent_id: "writer", active: true });
      expect((await own.conversations.get(first)).active).toBe(false);
    });

    test("a given conversation is used as given, also when another one is active", async () => {
      const { own } = await open();
      const older = await openConversation(own, null);
      await own.conversations.create({ modelId: null, agentId: "architect" });
      const destination = { sessionId: older, modelId: undefined, agentId: undefined };
      expect(await own.conversations.open(destination)).toMatchObject({
        created: false,
        session: { session_id: older, active: false },
      });
    });

    test("a given conversation of another profile or agent is refused", async () => {
      const { own } = await open();
      const modelId = await makeProfile(own, "Tower");
      const ofProfile = await openConversation(own, modelId);
      const general = await openConversation(own, null);
      const openAs = (sessionId: string, asked: number | null, agentId?: string) =>
        own.conversations.open({ sessionId, modelId: asked, agentId });
      await expect(openAs(general, modelId)).rejects.toMatchObject({ code: "model_mismatch" });
      await expect(openAs(ofProfile, null)).rejects.toMatchObject({ code: "model_mismatch" });
      await expect(openAs(ofProfile, modelId + 1)).rejects.toMatchObject({ code: "model_mismatch" });
      await expect(openAs(ofProfile, modelId, "writer")).rejects.toMatchObject({ code: "agent_mismatch" });
    });

    test.each(["999", "0", "abc", "", "1.0", "01", "-1", "1 OR 1=1", "9".repeat(20)])(
      "there is no conversation %j",
      async (sessionId) => {
        const { own } = await open();
        await openConversation(own, null);
        await expect(own.conversations.get(sessionId)).rejects.toMatchObject({
          code: "conversation_not_found",
        });
      },
    );

    test("activating makes it the only active one of its profile", async () => {
      const { own } = await open();
      const first = await openConversation(own, null);
      const second = await own.conversations.create({ modelId: null, agentId: "architect" });
      expect((await own.conversations.activate(first)).active).toBe(true);
      expect((await own.conversations.get(second.session_id)).active).toBe(false);
      expect(await openConversation(own, null)).toBe(first);
    });

    test("an archived one leaves the list, takes no messages by default, and comes back when activated", async () => {
      const { own } = await open();
      const id = await openConversation(own, null);
      expect(await own.conversations.archive(id)).toMatchObject({ active: false, archived: true });
      expect((await own.conversations.list({ limit: 10, offset: 0 })).total).toBe(0);
      expect(await openConversation(own, null)).not.toBe(id);
      expect(await own.conversations.activate(id)).toMatchObject({ active: true, archived: false });
    });

    test("an archived one is listed by itself, in pages and by profile, and comes back to its place in the list", async () => {
      const { store, own } = await open();
      const modelId = await makeProfile(own, "Tower");
      const general = await own.conversations.create({ modelId: null, agentId: "architect" });
      const ofProfile = await own.conversations.create({ modelId, agentId: "architect" });
      const newest = await own.conversations.create({ modelId: null, agentId: "architect" });
      const listed = async (filter: Partial<SessionFilter>): Promise<[string[], number]> => {
        const { sessions, total } = await own.conversations.list({ limit: 10, offset: 0, ...filter });
        return [sessions.map(({ session_id }) => session_id), total];
      };
      for (const { session_id } of [general, ofProfile]) await own.conversations.archive(session_id);
      expect(await listed({ archived: true })).toEqual([[ofProfile.session_id, general.session_id], 2]);
      expect(await listed({ archived: true, limit: 1, offset: 1 })).toEqual([[general.session_id], 2]);
      expect(await listed({ archived: true, modelId })).toEqual([[ofProfile.session_id], 1]);
      expect(await listed({ archived: "all", modelId: null })).toEqual([
        [newest.session_id, general.session_id],
        2,
      ]);
      const back = await own.conversations.unarchive(general.session_id);
      expect(back).toMatchObject({ archived: false, active: false });
      expect(await own.conversations.unarchive(newest.session_id)).toMatchObject({ active: true });
      expect(await listed({})).toEqual([[newest.session_id, general.session_id], 2]);
      await exchangeOf(store, ofProfile.session_id, "Hi", "Hello");
      expect(await own.conversations.get(ofProfile.session_id)).toMatchObject({
        archived: false,
        active: false,
      });
    });

    test("renewing archives it and makes another one like it the active one", async () => {
      const { store, own } = await open();
      const modelId = await makeProfile(own, "Tower");
      const old = await own.conversations.create({ modelId, agentId: "writer", model: "phi3:mini" });
      await exchangeOf(store, old.session_id, "Hi", "Hello");
      const fresh = await own.conversations.renew(old.session_id);
      expect(fresh).toMatchObject({
        model_id: modelId,
        agent_id: "writer",
        model: "phi3:mini",
        title: null,
        message_count: 0,
        active: true,
      });
      expect(await own.conversations.get(old.session_id)).toMatchObject({ archived: true, active: false });
      expect(await openConversation(own, modelId)).toBe(fresh.session_id);
    });

    test("renewing does both or neither", async () => {
      const { own, raw } = await open();
      const id = await openConversation(own, null);
      await raw.refuseInserts("conversations");
      await expect(own.conversations.renew(id)).rejects.toThrow("full");
      expect(await own.conversations.get(id)).toMatchObject({ archived: false, active: true });
      await expect(own.conversations.renew("999")).rejects.toMatchObject({ code: "conversation_not_found" });
    });

    test("the list is newest first, by the last message, in pages and by profile", async () => {
      const { store, own, raw } = await open();
      const modelId = await makeProfile(own, "Tower");
      const [a, b] = [await openConversation(own, null), await openConversation(own, modelId)];
      const c = (await own.conversations.create({ modelId: null, agentId: "architect" })).session_id;
      await raw.exec("UPDATE conversations SET updated_at = '2026-01-01T00:00:00.000Z'");
      await exchangeOf(store, a, "Hi", "Hello");
      const list = async (filter: object) => {
        const { sessions, total } = await own.conversations.list({ limit: 10, offset: 0, ...filter });
        return [sessions.map((session) => session.session_id), total];
      };
      expect(await list({})).toEqual([[a, c, b], 3]);
      expect(await list({ limit: 1, offset: 1 })).toEqual([[c], 3]);
      expect(await list({ modelId: null })).toEqual([[a, c], 2]);
      expect(await list({ modelId })).toEqual([[b], 1]);
    });

    test("conversations of the same moment are listed by the order in which they were made", async () => {
      const { own, raw } = await open();
      for (let made = 0; made < 5; made += 1) {
        await own.conversations.create({ modelId: null, agentId: "architect" });
      }
      await raw.exec("UPDATE conversations SET updated_at = '2026-01-01T00:00:00.000Z'");
      const { sessions } = await own.conversations.list({ limit: 10, offset: 0 });
      expect(sessions.map((session) => session.session_id)).toEqual(["5", "4", "3", "2", "1"]);
    });

    test("a clock that is set back changes nothing in the order of the list, nor of messages", async () => {
      vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-06-01T12:00:00Z") });
      onTestFinished(() => {
        vi.useRealTimers();
      });
      const { store, own } = await open();
      const old = await openConversation(own, null);
      await exchangeOf(store, old, "first", "reply");
      vi.setSystemTime(new Date("2020-01-01T00:00:00Z"));
      const { session_id } = await own.conversations.create({ modelId: null, agentId: "architect" });
      const order = async () =>
        (await own.conversations.list({ limit: 10, offset: 0 })).sessions.map((each) => each.session_id);
      expect(await order()).toEqual([session_id, old]);
      await exchangeOf(store, old, "second", "reply");
      expect(await order()).toEqual([old, session_id]);
      const said = (await own.messages.list(old)).filter(({ role }) => role === "user");
      expect(said.map(({ content }) => content)).toEqual(["first", "second"]);
    });

    test("deleting takes the messages along, and the key is not given out again", async () => {
      const { store, own } = await open();
      const id = await openConversation(own, null);
      const { user } = await exchangeOf(store, id, "Hi", "Hello");
      await own.conversations.delete(id);
      await expect(own.conversations.get(id)).rejects.toMatchObject({ code: "conversation_not_found" });
      await expect(own.conversations.delete(id)).rejects.toMatchObject({ code: "conversation_not_found" });
      expect(await own.messages.find(user.message_id)).toBeUndefined();
      expect(await openConversation(own, null)).not.toBe(id);
    });

    test("renaming keeps the name when the next message comes", async () => {
      const { store, own } = await open();
      const id = await openConversation(own, null);
      await own.conversations.rename(id, "Mine");
      await exchangeOf(store, id, "Hi", "Hello");
      expect(await own.conversations.get(id)).toMatchObject({ title: "Mine", message_count: 2 });
    });
  });
}
