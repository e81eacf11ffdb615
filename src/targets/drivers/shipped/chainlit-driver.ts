import { defineDriver } from "../define-driver.ts";
import { CHAINLIT_STREAM } from "../shipped-stream-formats.ts";

/** Where its page's WebSocket is, below no other root. */
const SOCKET = "WS /ws/socket.io/?EIO=4&transport=websocket";

/** Chainlit, by its page's way: a WebSocket a conversation, which says on connecting which one it comes back to. What was said is kept where the program has a data layer. */
export const chainlit = defineDriver({
  name: "chainlit",
  title: "Chainlit",
  service: "hmi",
  knownBy: { send: SOCKET, read: SOCKET },
  wire: {
    service: "hmi",
    conversation: "own",
    send: {
      request: SOCKET,
      auth: {
        clientType: "webapp",
        // Whoever comes back to a session goes on in it, also where nothing is kept of its thread.
        sessionId: "{conversation}",
        threadId: "{conversation}",
        userEnv: "{}",
        chatProfile: "",
      },
      before: [["connection_successful"]],
      body: [
        "client_message",
        {
          message: {
            threadId: "",
            id: "{key}",
            name: "{user}",
            type: "user_message",
            output: "{text}",
            createdAt: "{now}",
          },
          fileReferences: [],
        },
      ],
    },
    stream: CHAINLIT_STREAM,
    cancel: { frame: ["stop"] },
    rows: {
      request: "GET /project/thread/{conversation}",
      list: "steps",
      text: "output",
      role: "type",
      roles: { user: ["user_message"], assistant: ["assistant_message"] },
      id: "id",
    },
    conversations: {
      request: "POST /project/threads",
      body: { pagination: { first: 35 }, filter: {} },
      list: "data",
      id: "id",
    },
    delete_conversation: { request: "DELETE /project/thread", body: { threadId: "{conversation}" } },
    health: { request: "GET /health" },
    page: "/",
  },
});
