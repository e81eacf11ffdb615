import type { Destination, UserStore } from "../../services/conversations/conversation-store.ts";
import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

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
  actsIn: ["model-conversation", "isolation", "models"],
  overrides(onApplied) {
    const losing = async (own: UserStore, given: Destination): Promise<Destination> => {
      // The page's own session_id was honoured; only the look-up by profile was wrong.
      if (given.sessionId !== undefined || typeof given.modelId !== "number") return given;
      await own.profiles.get(given.modelId);
      onApplied();
      return { ...given, modelId: null };
    };
    return {
      store: (store) =>
        withUserMethod(
          withUserMethod(
            store,
            "conversations",
            "open",
            (own) => async (destination, key) => own.conversations.open(await losing(own, destination), key),
          ),
          "conversations",
          "openNew",
          (own) => async (destination, key) => own.conversations.openNew(await losing(own, destination), key),
        ),
    };
  },
};
