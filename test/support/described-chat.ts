import { onTestFinished } from "vitest";
import type { WireDescription } from "../../src/contract/wire-description.ts";
import type { ChatClient } from "../../src/targets/drivers/chat-client.ts";
import { createDescribedChat } from "../../src/targets/drivers/described-chat.ts";
import { createHttpClient } from "../../src/targets/http-client.ts";

/** Talks to a back end by a description, until the test ends. */
export function describedChatAt(url: string, wire: WireDescription, token = ""): ChatClient {
  const client = createHttpClient(url, token);
  onTestFinished(() => client.close());
  return createDescribedChat({
    driver: "described",
    wire,
    client,
    model: null,
    agent: "a",
    token,
    isStandIn: false,
  });
}
