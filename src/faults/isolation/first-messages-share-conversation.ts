import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** A find-or-make where a make is meant. */
export const firstMessagesShareConversation: Fault = {
  name: "first-messages-share-conversation",
  story: "A message without a conversation goes to the active one, so that first messages at once share it.",
  seenIn: "the contract, section 3: fifty first messages at once make fifty",
  caughtBy: ["isolation/first-messages"],
  actsIn: ["model-conversation", "isolation"],
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "conversations", "openNew", (own) => async (destination, clientKey) => {
        const opened = await own.conversations.open(destination, clientKey);
        if (!opened.created) onApplied();
        return opened;
      }),
  }),
};
