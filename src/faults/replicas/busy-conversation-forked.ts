import { WireError } from "../../contract/wire-error.ts";
import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

export const busyConversationForked: Fault = {
  name: "busy-conversation-forked",
  story:
    "A message to a conversation that another copy is answering gets a new conversation instead of a 409.",
  seenIn: "a lock in one process's memory, and BUG-016: a reply that was saved to the wrong conversation",
  caughtBy: ["replicas/one-begins"],
  actsIn: ["replicas"],
  ofCopies: true,
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "messages", "begin", (own) => async (exchange) => {
        try {
          return await own.messages.begin(exchange);
        } catch (error) {
          if (!(error instanceof WireError) || error.code !== "generation_in_progress") throw error;
          onApplied();
          const { model_id, agent_id } = await own.conversations.get(exchange.sessionId);
          const another = await own.conversations.create({ modelId: model_id, agentId: agent_id });
          return await own.messages.begin({ ...exchange, sessionId: another.session_id });
        }
      }),
  }),
};
