import { onTestFinished } from "vitest";
import type { WireDescription } from "../../src/contract/wire-description.ts";
import { CallerSession } from "../../src/targets/drivers/caller-session.ts";
import type { ChatClient } from "../../src/targets/drivers/chat-client.ts";
import { createDescribedChat } from "../../src/targets/drivers/described-chat.ts";
import { createHttpClient } from "../../src/targets/http-client.ts";

/** Talks to a back end by a description, until the test ends. */
export function describedChatAt(url: string, wire: WireDescription, token = ""): ChatClient {
  const client = createHttpClient(url);
  onTestFinished(() => client.close());
  return createDescribedChat({
    driver: "described",
    wire,
    client,
    model: null,
    agent: "a",
    session: new CallerSession({ client, wire, caller: { name: "", secret: token } }),
    isStandIn: false,
  });
}

/** A wire on which a message is the first frame of a WebSocket, and the reply's pieces the next ones. */
export const SOCKET_CHAT: WireDescription = {
  service: "hmi",
  conversation: "own",
  send: { request: "WS /ws/{conversation}", body: { op: "ask", text: "{text}" } },
  stream: {
    framing: "websocket",
    type: "op",
    text: { of: "piece", at: "d" },
    usage: { of: "count", completion: "n" },
    done: { of: "end" },
  },
};
