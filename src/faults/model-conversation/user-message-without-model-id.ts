import type { Fault } from "../fault.ts";
import { loseMessages } from "../tools/lose-to-general-conversation.ts";

/** S2. */
export const userMessageWithoutModelId: Fault = {
  name: "user-message-without-model-id",
  story: "The user's message is saved with model_id null, so it lands in the general conversation.",
  seenIn: 'BUG-016, second place: save_chat_message_v2(role="user", model_id=None)',
  caughtBy: [
    "model-conversation/user-message",
    "model-conversation/reload",
    "models/default-used",
    "isolation/first-messages",
  ],
  actsIn: ["model-conversation", "models", "isolation"],
  overrides: (onApplied) => ({ store: (store) => loseMessages(store, onApplied) }),
};
