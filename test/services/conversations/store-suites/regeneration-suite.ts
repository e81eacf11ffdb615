import { describe, expect, test } from "vitest";
import type { Message } from "../../../../src/contract/hmi-schemas.ts";
import { addSummary, endingOf, exchangeOf, growText, openConversation } from "../../../support/store.ts";
import type { OpenStore } from "../../../support/test-stores.ts";

/** Replies that are written anew. */
export function regenerationSuite(open: OpenStore): void {
  describe("regeneration", () => {
    /** A store with a conversation of this many exchanges, and what answers its last message again. */
    async function startWith(exchanges: number) {
      const { store, own, raw, openAnother } = await open();
      const sessionId = await openConversation(own, null);
      for (let number = 1; number <= exchanges; number += 1) {
        await exchangeOf(store, sessionId, `question ${number}`, `answer ${number}`);
      }
      return {
        store,
        own,
        raw,
        openAnother,
        sessionId,
        rows: () => own.messages.list(sessionId),
        beginAgain: (modelName?: string) =>
          own.messages.beginAgain({ sessionId, modelName, defaultModel: "default" }),
      };
    }

    /** The rows as a person sees them. */
    const said = (rows: readonly Message[]): string[] =>
      rows.map(({ content, status }) => `${status}: ${content}`);

    /** A row as it is beside other versions, which it tells of. */
    const withVersions = (row: Message | undefined, ...others: readonly Message[]): unknown => ({
      ...row,
      versions: [row, ...others].map((version) => version?.message_id),
    });

    test("while another reply is written it is the version that is shown, and its message stays", async () => {
      const { rows, beginAgain, own, sessionId } = await startWith(2);
      const before = await rows();
      const { user, reply, session } = await beginAgain();
      expect(user).toEqual(before[2]);
      expect(reply).toMatchObject({
        role: "assistant",
        content: "",
        status: "streaming",
        model_name: "default",
      });
      expect(await rows()).toEqual([...before.slice(0, 3), reply]);
      expect(await own.messages.history(sessionId)).toEqual({
        summary: null,
        isSummaryNew: false,
        messages: [...before.slice(0, 3), reply],
      });
      expect(Number(reply.message_id)).toBeGreaterThan(Number(before[3]?.message_id));
      expect(reply.versions).toEqual([before[3]?.message_id, reply.message_id]);
      expect(session).toMatchObject({ message_count: 5, title: "question 1" });
      // Whoever reads it may read on.
      expect(await own.messages.find(before[3]?.message_id ?? "")).toEqual(withVersions(before[3], reply));
      expect(await own.messages.exchangeOf(user.message_id)).toEqual({ user, reply });
    });

    test.each([
      ["complete", "better"],
      ["cancelled", "half"],
    ] as const)(
      "a reply that ends as %s is shown, and the earlier one is a version beside it",
      async (status, content) => {
        const { store, own, raw, rows, beginAgain, sessionId } = await startWith(2);
        const before = await rows();
        const { reply } = await beginAgain();
        expect(await store.replies.finish(reply.message_id, endingOf({ status, content }))).toBe(true);
        expect(await rows()).toMatchObject([
          ...before.slice(0, 3),
          { message_id: reply.message_id, content, versions: [before[3]?.message_id, reply.message_id] },
        ]);
        expect(await own.messages.listOthers(sessionId)).toEqual([withVersions(before[3], reply)]);
        expect((await own.conversations.get(sessionId)).message_count).toBe(5);
        expect(await raw.problems()).toEqual([]);
      },
    );

    test.each(["error", "interrupted"] as const)(
      "a reply that ends as %s with text is a version beside the earlier one, which is shown again",
      async (status) => {
        const { store, own, raw, rows, beginAgain, sessionId } = await startWith(2);
        const before = await rows();
        const { reply } = await beginAgain();
        expect(await store.replies.finish(reply.message_id, endingOf({ status, content: "half" }))).toBe(
          true,
        );
        expect(await rows()).toEqual([...before.slice(0, 3), withVersions(before[3], reply)]);
        expect(await own.messages.listOthers(sessionId)).toMatchObject([{ status, content: "half" }]);
        expect((await own.messages.history(sessionId)).messages).toEqual(await rows());
        expect(await raw.problems()).toEqual([]);
      },
    );

    test.each(["error", "cancelled", "interrupted"] as const)(
      "a reply that ends as %s without a word goes itself, and the earlier one is there as it was",
      async (status) => {
        const { store, own, raw, rows, beginAgain, sessionId } = await startWith(2);
        const before = await rows();
        const { reply } = await beginAgain("phi3:mini");
        await growText(store, reply.message_id, 0, "x".repeat(5_000));
        expect(await store.replies.finish(reply.message_id, endingOf({ status, content: "" }))).toBe(true);
        expect(await rows()).toEqual(before);
        expect(await own.messages.find(reply.message_id)).toBeUndefined();
        expect((await own.conversations.get(sessionId)).message_count).toBe(4);
        expect((await own.messages.history(sessionId)).messages).toEqual(before);
        expect(await store.replies.finish(reply.message_id, endingOf())).toBe(false);
        expect(await raw.problems()).toEqual([]);
        expect((await beginAgain()).reply.model_name).toBe("default");
      },
    );

    test.each(["error", "cancelled", "interrupted"] as const)(
      "an earlier reply that is itself no whole one (%s) stays as a version, if it has said something",
      async (status) => {
        const { store, own, rows, beginAgain, sessionId } = await startWith(1);
        const next = await own.messages.begin({ sessionId, content: "question 2", modelName: "phi3:mini" });
        await store.replies.finish(next.reply.message_id, endingOf({ status, content: "half" }));
        const { reply } = await beginAgain();
        expect(reply.model_name).toBe("phi3:mini");
        await store.replies.finish(reply.message_id, endingOf({ status: "cancelled", content: "less" }));
        expect(said(await rows()).slice(2)).toEqual(["complete: question 2", "cancelled: less"]);
        expect(said(await own.messages.listOthers(sessionId))).toEqual([`${status}: half`]);
      },
    );

    test.each(["error", "cancelled", "interrupted"] as const)(
      "an earlier reply without a word (%s) goes, whatever comes of the next",
      async (status) => {
        const { store, own, raw, rows, beginAgain, sessionId } = await startWith(1);
        const next = await own.messages.begin({ sessionId, content: "question 2", modelName: "phi3:mini" });
        await store.replies.finish(next.reply.message_id, endingOf({ status, content: "" }));
        const { reply } = await beginAgain();
        expect(reply).toMatchObject({ model_name: "phi3:mini", versions: [reply.message_id] });
        await store.replies.finish(reply.message_id, endingOf({ status: "error", content: "" }));
        expect(said(await rows()).slice(2)).toEqual(["complete: question 2", "error: "]);
        expect((await own.conversations.get(sessionId)).message_count).toBe(4);
        expect(await raw.problems()).toEqual([]);
      },
    );

    test("a store that takes it over ends it the same way, and until then it is shown", async () => {
      const { store, openAnother, rows, beginAgain } = await startWith(1);
      const before = await rows();
      const { reply } = await beginAgain();
      await store.replies.release();
      const next = await openAnother();
      expect(said(await rows())).toEqual(["complete: question 1", "streaming: "]);
      expect((await next.store.replies.takeOver()).replies).toMatchObject([
        { message: before[0], reply: { message_id: reply.message_id } },
      ]);
      await next.store.replies.finish(reply.message_id, endingOf({ status: "interrupted", content: "" }));
      expect(await rows()).toEqual(before);
    });

    test("only the last exchange can be named, by its message or its reply", async () => {
      const { own, rows, sessionId, store } = await startWith(2);
      const before = await rows();
      const again = (messageId: string) =>
        own.messages.beginAgain({ sessionId, messageId, modelName: undefined, defaultModel: null });
      const ids = before.map(({ message_id }) => message_id);
      for (const id of ids.slice(0, 2)) {
        await expect(again(id)).rejects.toMatchObject({ code: "message_superseded", status: 409 });
      }
      const other = await own.conversations.create({ modelId: null, agentId: "architect" });
      const elsewhere = await exchangeOf(store, other.session_id, "Hi", "Hello");
      for (const id of ["999", "x", elsewhere.user.message_id]) {
        await expect(again(id)).rejects.toMatchObject({ code: "message_not_found", status: 404 });
      }
      expect(await rows()).toEqual(before);
      for (const place of [2, 3]) {
        const { reply } = await again(ids[place] ?? "");
        // What runs is the reply to that message.
        await expect(again(ids[2] ?? "")).rejects.toMatchObject({ code: "generation_in_progress" });
        await expect(again(ids[3] ?? "")).rejects.toMatchObject({ code: "generation_in_progress" });
        await store.replies.finish(reply.message_id, endingOf({ status: "cancelled", content: "" }));
      }
    });

    test("the model is the given one, else the replaced reply's, else the default", async () => {
      const { store, beginAgain } = await startWith(1);
      const models: (string | null)[] = [];
      for (const model of [undefined, "phi3:mini", undefined]) {
        const { reply } = await beginAgain(model);
        models.push(reply.model_name);
        await store.replies.finish(reply.message_id, endingOf());
      }
      expect(models).toEqual(["default", "phi3:mini", "phi3:mini"]);
    });

    test("a message without a reply gets one", async () => {
      const { own, sessionId, rows, beginAgain } = await startWith(1);
      const said = { role: "user", messageType: "chat", modelName: null, status: "complete" } as const;
      const lone = await own.messages.add({ ...said, sessionId, content: "lone" });
      const { user, reply } = await beginAgain();
      expect(user).toEqual(lone);
      expect((await rows()).map(({ content }) => content)).toEqual(["question 1", "answer 1", "lone", ""]);
      expect(reply.status).toBe("streaming");
    });

    test("while a reply streams, or where nothing was said, nothing is changed", async () => {
      const { rows, beginAgain } = await startWith(1);
      await beginAgain();
      const before = await rows();
      await expect(beginAgain()).rejects.toMatchObject({ code: "generation_in_progress" });
      expect(await rows()).toEqual(before);
      const empty = await startWith(0);
      await expect(empty.beginAgain()).rejects.toMatchObject({ code: "nothing_to_regenerate" });
    });

    test("a summary of what came before goes on standing for it", async () => {
      const { own, rows, beginAgain, sessionId } = await startWith(3);
      const before = await rows();
      await addSummary(own, sessionId, "1 to 2", before[3]?.message_id ?? "");
      const { reply } = await beginAgain();
      expect(await own.messages.history(sessionId)).toEqual({
        summary: "1 to 2",
        isSummaryNew: true,
        messages: [before[4], reply],
      });
    });

    test("a summary that stands for a reply holds where that reply is shown", async () => {
      const { store, own, rows, beginAgain, sessionId } = await startWith(3);
      const before = await rows();
      await addSummary(own, sessionId, "1", before[1]?.message_id ?? "");
      await addSummary(own, sessionId, "1 to 3", before[5]?.message_id ?? "");
      const { reply } = await beginAgain();
      expect(await own.messages.history(sessionId)).toEqual({
        summary: "1",
        isSummaryNew: true,
        messages: [...before.slice(2, 5), reply],
      });
      await store.replies.finish(reply.message_id, endingOf({ status: "error", content: "" }));
      expect(await own.messages.history(sessionId)).toEqual({
        summary: "1 to 3",
        isSummaryNew: true,
        messages: [],
      });
      const better = (await beginAgain()).reply;
      await store.replies.finish(better.message_id, endingOf());
      const after = await own.messages.history(sessionId);
      expect([after.summary, after.messages.length]).toEqual(["1", 4]);
      await own.messages.choose(sessionId, before[5]?.message_id ?? "");
      const back = await own.messages.history(sessionId);
      expect([back.summary, back.messages.length]).toEqual(["1 to 3", 0]);
    });

    test("it is done whole or not at all", async () => {
      const { rows, beginAgain, raw } = await startWith(1);
      const before = await rows();
      await raw.refuseInserts("messages");
      await expect(beginAgain()).rejects.toThrow("full");
      expect(await rows()).toEqual(before);
    });
  });
}
