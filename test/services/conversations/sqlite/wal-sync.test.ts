import { describe, expect, test } from "vitest";
import type { UserStore } from "../../../../src/services/conversations/conversation-store.ts";
import type { ReplyEnding } from "../../../../src/services/conversations/reply-store.ts";
import { checkSqliteFile } from "../../../../src/services/conversations/sqlite/check-sqlite.ts";
import { addSummary, endingOf, exchangeOf, openConversation, openTestStore } from "../../../support/store.ts";
import { spoilSync } from "../../../support/unsynced-wal.ts";

test.skipIf(process.platform === "win32").each([
  ["full", "after"],
  ["normal", "before"],
] as const)("with synchronous %s a commit is acknowledged %s the WAL was synced", async (synchronous, _) => {
  const { own, path } = openTestStore(undefined, { synchronous });
  spoilSync(path);
  const made = own.conversations.create({ modelId: null, agentId: "architect" });
  if (synchronous === "normal") {
    expect((await made).active).toBe(true);
  } else {
    await expect(made).rejects.toMatchObject({ code: "store_unavailable" });
  }
});

test("commits that come at once are all acknowledged, and in the file", async () => {
  const { own, path } = openTestStore();
  const made = await Promise.all(
    Array.from({ length: 200 }, () => own.conversations.create({ modelId: null, agentId: "architect" })),
  );
  expect(new Set(made.map(({ session_id }) => session_id)).size).toBe(200);
  const other = openTestStore(path).own;
  expect((await other.conversations.list({ limit: 1, offset: 0 })).total).toBe(200);
});

test("what was begun before a store is closed is done, and nothing after", async () => {
  const { store, own, path } = openTestStore();
  const made = own.conversations.create({ modelId: null, agentId: "architect" });
  await store.close();
  expect((await made).session_id).toBe("1");
  await expect(own.conversations.get("1")).rejects.toMatchObject({ code: "store_unavailable" });
  expect((await openTestStore(path).own.conversations.get("1")).active).toBe(true);
});

describe.skipIf(process.platform === "win32")("where the disk does not confirm what was written", () => {
  const unconfirmed = {
    code: "store_unavailable",
    message: expect.stringContaining("a power cut may cost it"),
  };
  const takenBack = {
    code: "store_unavailable",
    message: expect.stringContaining("does not confirm what is written to it"),
  };
  const GENERAL = { modelId: null, agentId: undefined };

  /** A store that has synced nothing yet, on what another one has prepared and released. */
  async function storeToSpoil(prepare?: (other: Opened, sessionId: string) => Promise<unknown>) {
    const other = openTestStore(undefined, { synchronous: "normal" });
    const sessionId = await openConversation(other.own, null);
    await prepare?.(other, sessionId);
    await other.store.replies.release();
    return { ...openTestStore(other.path), sessionId };
  }
  type Opened = ReturnType<typeof openTestStore>;

  const beginReply = ({ own }: Opened, sessionId: string) =>
    own.messages.begin({ sessionId, content: "Hi", modelName: null });
  const beginAgain = ({ own }: Opened, sessionId: string) =>
    own.messages.beginAgain({ sessionId, modelName: undefined, defaultModel: null });

  /** All that is to be seen of a conversation. */
  const seen = async (own: UserStore, sessionId: string) => [
    await own.conversations.list({ limit: 10, offset: 0 }),
    await own.messages.list(sessionId),
    await own.messages.history(sessionId),
  ];

  async function takeReply({ store }: Opened): Promise<string> {
    const [left] = (await store.replies.takeOver()).replies;
    if (left === undefined) throw new Error("There is no reply.");
    return left.reply.message_id;
  }

  test("an ending stands, and is told as saved once it is confirmed", async () => {
    const opened = await storeToSpoil(beginReply);
    const { store, own, path } = opened;
    const replyId = await takeReply(opened);
    const mend = spoilSync(path);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(store.replies.finish(replyId, endingOf())).rejects.toMatchObject(unconfirmed);
      expect(await own.messages.find(replyId)).toMatchObject({ status: "complete", content: "Hello" });
      await expect(store.probe()).rejects.toMatchObject(unconfirmed);
    }
    mend();
    expect(await store.replies.finish(replyId, endingOf())).toBe(true);
    await store.probe();
    expect(await store.replies.finish(replyId, endingOf())).toBe(false);
  });

  test.each<[ReplyEnding["status"], string]>([
    ["complete", "better"],
    ["error", "Hello"],
  ])("so does one (%s) that decides which version of a reply is shown", async (status, stays) => {
    const opened = await storeToSpoil(async (other, sessionId) => {
      await exchangeOf(other.store, sessionId, "Hi", "Hello");
      await beginAgain(other, sessionId);
    });
    const { store, own, path, sessionId } = opened;
    const replyId = await takeReply(opened);
    const mend = spoilSync(path);
    const ending = endingOf({ status, content: "better" });
    await expect(store.replies.finish(replyId, ending)).rejects.toMatchObject(unconfirmed);
    const shown = [{ content: "Hi" }, { content: stays, status: "complete" }];
    expect(await own.messages.list(sessionId)).toMatchObject(shown);
    mend();
    expect(await store.replies.finish(replyId, ending)).toBe(true);
    expect(await own.messages.list(sessionId)).toMatchObject(shown);
    expect(checkSqliteFile(path).problems).toEqual([]);
  });

  test("a reply that was not there to be ended is not told as saved later", async () => {
    const opened = await storeToSpoil(beginReply);
    const { store, own, path, sessionId } = opened;
    const replyId = await takeReply(opened);
    const mend = spoilSync(path);
    await expect(own.conversations.delete(sessionId)).rejects.toMatchObject(unconfirmed);
    await expect(store.replies.finish(replyId, endingOf())).rejects.toMatchObject(unconfirmed);
    mend();
    expect(await store.replies.finish(replyId, endingOf())).toBe(false);
  });

  test("a message with its pictures is taken back, so that it can be sent again", async () => {
    const { own, path, sessionId } = await storeToSpoil();
    const before = await seen(own, sessionId);
    const message = {
      sessionId,
      content: "Hi",
      images: [{ mediaType: "image/png", bytes: Buffer.from("picture") } as const],
      modelName: null,
      clientKey: { id: "key", fingerprint: "Hi" },
    };
    const mend = spoilSync(path);
    await expect(own.messages.begin(message)).rejects.toMatchObject(takenBack);
    expect(await seen(own, sessionId)).toEqual(before);
    expect(await own.messages.findExchange(message.clientKey, sessionId)).toBeUndefined();
    await expect(own.messages.image("1")).rejects.toMatchObject({ code: "not_found" });
    mend();
    const begun = await own.messages.begin(message);
    expect(begun).toMatchObject({ isNew: true, session: { title: "Hi", message_count: 2 } });
    expect(begun.user.images).toHaveLength(1);
    expect(checkSqliteFile(path).problems).toEqual([]);
  });

  test("an exchange that was there before with the same key stays", async () => {
    const message = { content: "Hi", modelName: null, clientKey: { id: "key", fingerprint: "Hi" } };
    const { own, path, sessionId } = await storeToSpoil((other, sessionId) =>
      other.own.messages.begin({ ...message, sessionId }),
    );
    const before = await seen(own, sessionId);
    const mend = spoilSync(path);
    await expect(own.messages.begin({ ...message, sessionId })).rejects.toMatchObject(takenBack);
    mend();
    expect(await seen(own, sessionId)).toEqual(before);
    expect((await own.messages.begin({ ...message, sessionId })).isNew).toBe(false);
  });

  test.each(["open", "openNew"] as const)(
    "a conversation that %s made is taken back with its key, and the one before is active again",
    async (name) => {
      const { own, path, sessionId } = await storeToSpoil();
      const before = await seen(own, sessionId);
      const destination = name === "open" ? { modelId: null, agentId: "writer" } : GENERAL;
      const mend = spoilSync(path);
      await expect(own.conversations[name](destination, "key")).rejects.toMatchObject(takenBack);
      expect(await seen(own, sessionId)).toEqual(before);
      mend();
      // The key is free: it may go anywhere.
      const active = await own.conversations.open(GENERAL, "key");
      expect(active).toMatchObject({ created: false, session: { session_id: sessionId, active: true } });
      expect((await own.conversations[name](destination, "another")).created).toBe(true);
      expect(checkSqliteFile(path).problems).toEqual([]);
    },
  );

  test("of a conversation that was found, only the key is taken back", async () => {
    const { own, path, sessionId } = await storeToSpoil();
    const before = await seen(own, sessionId);
    const mend = spoilSync(path);
    await expect(own.conversations.open(GENERAL, "key")).rejects.toMatchObject(takenBack);
    mend();
    expect(await seen(own, sessionId)).toEqual(before);
    expect((await own.conversations.openNew(GENERAL, "key")).session.session_id).not.toBe(sessionId);
  });

  test.each(["complete", "cancelled"] as const)(
    "a reply (%s) that was to be replaced is there again, and its summaries",
    async (status) => {
      const opened = await storeToSpoil(async ({ store, own }, sessionId) => {
        const { reply } = await own.messages.begin({ sessionId, content: "Hi", modelName: "phi3:mini" });
        await store.replies.finish(
          reply.message_id,
          endingOf({ status, thinking: "Hm.", finishReason: "stop" }),
        );
        await addSummary(own, sessionId, "They greet.", reply.message_id);
      });
      const { own, path, sessionId } = opened;
      const before = await seen(own, sessionId);
      const mend = spoilSync(path);
      await expect(beginAgain(opened, sessionId)).rejects.toMatchObject(takenBack);
      expect(await seen(own, sessionId)).toEqual(before);
      mend();
      expect((await beginAgain(opened, sessionId)).reply).toMatchObject({
        status: "streaming",
        model_name: "phi3:mini",
      });
      expect(checkSqliteFile(path).problems).toEqual([]);
    },
  );

  test("a title that was given meanwhile stays", async () => {
    const { own, path, sessionId } = await storeToSpoil();
    const mend = spoilSync(path);
    const begun = own.messages.begin({ sessionId, content: "Hi", modelName: null });
    const renamed = own.conversations.rename(sessionId, "Mine");
    await Promise.all([
      expect(begun).rejects.toMatchObject(takenBack),
      expect(renamed).rejects.toMatchObject(unconfirmed),
    ]);
    mend();
    expect(await own.conversations.get(sessionId)).toMatchObject({ title: "Mine", message_count: 0 });
  });

  test("replies are taken over all the same", async () => {
    const { store, path } = await storeToSpoil(beginReply);
    spoilSync(path);
    expect((await store.replies.takeOver()).replies).toMatchObject([{ reply: { status: "streaming" } }]);
  });
});
