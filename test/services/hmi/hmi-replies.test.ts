import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../src/config/default-config.ts";
import { createGatewayClient } from "../../../src/services/hmi/gateway-client.ts";
import { Replies } from "../../../src/services/hmi/hmi-replies.ts";
import { openConversation, openTestStore } from "../../support/store.ts";

test("a reader whose reply is another HMI's, or was just left to the others, is told which", async () => {
  const { store, own } = openTestStore();
  const sessionId = await openConversation(own, null);
  const exchange = await own.messages.begin({ sessionId, content: "Hi", modelName: null });
  const { stream } = DEFAULT_CONFIG;
  const replies = new Replies({
    replies: store.replies,
    gateway: createGatewayClient("http://127.0.0.1:1"),
    onReaderGone: "finish",
    orphanGraceMs: stream.orphan_grace_ms,
    saveEveryMs: stream.save_every_ms,
    maxReplyMs: stream.max_reply_ms,
    keepFinishedMs: stream.keep_finished_ms,
    keepFinishedBytes: stream.keep_finished_bytes,
    onAbandoned: () => undefined,
    onEnded: () => undefined,
    onError: () => undefined,
  });
  expect(() => replies.logOf(exchange)).toThrow(expect.objectContaining({ code: "owner_unreachable" }));
  await replies.close();
  expect(() => replies.logOf(exchange)).toThrow(expect.objectContaining({ code: "draining" }));
});
