import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../src/config/default-config.ts";
import { createGatewayClient } from "../../../src/services/hmi/gateway-client.ts";
import { RunningReplies } from "../../../src/services/hmi/running-replies.ts";
import { openConversation, openTestStore } from "../../support/store.ts";

test("a reader whose reply is another HMI's, or was just left to the others, is told which", async () => {
  const { store, own } = openTestStore();
  const sessionId = await openConversation(own, null);
  const exchange = await own.messages.begin({ sessionId, content: "Hi", modelName: null });
  const replies = new RunningReplies({
    replies: store.replies,
    gateway: createGatewayClient("http://127.0.0.1:1"),
    stream: DEFAULT_CONFIG.stream,
    onUnread: () => undefined,
    onEnded: () => undefined,
    onError: () => undefined,
  });
  expect(() => replies.logOf(exchange)).toThrow(expect.objectContaining({ code: "owner_unreachable" }));
  await replies.close();
  expect(() => replies.logOf(exchange)).toThrow(expect.objectContaining({ code: "draining" }));
});
