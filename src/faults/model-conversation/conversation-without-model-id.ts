import type { Fault } from "../fault.ts";
import { withUserMethod } from "../wrap-store.ts";

/** S1. */
export const conversationWithoutModelId: Fault = {
  name: "conversation-without-model-id",
  story: "The conversation is found or made with model_id null, whatever was asked for.",
  seenIn: "BUG-016, first place: get_or_create_session_v2(model_id=None)",
  caughtBy: [
    "model-conversation/conversation",
    "model-conversation/user-message",
    "model-conversation/reply",
    "model-conversation/context",
    "model-conversation/one-active",
  ],
  actsIn: ["model-conversation", "models"],
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "conversations", "open", (own) => async (destination) => {
        // The page's own session_id was honoured; only the look-up by profile was wrong.
        if (destination.sessionId !== undefined) return await own.conversations.open(destination);
        if (typeof destination.modelId !== "number") return await own.conversations.open(destination);
        await own.profiles.get(destination.modelId);
        onApplied();
        return await own.conversations.open({ ...destination, modelId: null });
      }),
  }),
};
