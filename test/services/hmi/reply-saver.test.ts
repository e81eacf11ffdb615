import { expect, test } from "vitest";
import type { ReplyStore } from "../../../src/services/conversations/reply-store.ts";
import { ReplySaver } from "../../../src/services/hmi/reply-saver.ts";
import { openConversation, openTestStore } from "../../support/store.ts";

test("what comes while an earlier piece is being saved is on disk when the saving is stopped", async () => {
  const { store, own } = openTestStore();
  const sessionId = await openConversation(own, null);
  const { reply } = await own.messages.begin({ sessionId, content: "Count", modelName: null });
  const disk = Promise.withResolvers<void>();
  // A disk that is busy when it is first written to.
  const replies: ReplyStore = {
    ...store.replies,
    async grow(...growth) {
      await disk.promise;
      return await store.replies.grow(...growth);
    },
  };
  const received = { text: "1, 2", thinking: "", notices: [], thinkingMs: null };
  const fail = (error: unknown): never => expect.unreachable(String(error));
  const settings = { replies, stream: { save_every_ms: 60_000 }, onError: fail };
  const saver = new ReplySaver(reply, received, settings, () => fail("lost"));
  const growing = saver.grow();
  received.text = "1, 2, 3";
  const stopped = saver.stop();
  disk.resolve();
  await Promise.all([growing, stopped]);
  expect((await store.replies.find(reply.message_id))?.reply.content).toBe("1, 2, 3");
});
