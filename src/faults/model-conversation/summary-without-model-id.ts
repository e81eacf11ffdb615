import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** S4. */
export const summaryWithoutModelId: Fault = {
  name: "summary-without-model-id",
  story: "The summary of a long conversation is written to the general conversation.",
  seenIn: "BUG-016, fourth place: model_id=None in the summarisation section",
  caughtBy: ["model-conversation/summary"],
  actsIn: ["model-conversation"],
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "messages", "add", (own) => async (message) => {
        if (message.messageType !== "summary") return await own.messages.add(message);
        const { agent_id } = await own.conversations.get(message.sessionId);
        const { session } = await own.conversations.open({ modelId: null, agentId: agent_id });
        onApplied();
        return await own.messages.add({ ...message, sessionId: session.session_id });
      }),
  }),
};
