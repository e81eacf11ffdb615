import type { Fault } from "../fault.ts";
import { loseReplies } from "../tools/lose-to-general-conversation.ts";

/** S3. */
export const replyWithoutModelId: Fault = {
  name: "reply-without-model-id",
  story: "The reply is saved with model_id null, so it lands in the general conversation.",
  seenIn: 'BUG-016, third place: save_chat_message_v2(role="assistant", model_id=None)',
  caughtBy: ["model-conversation/reply", "model-conversation/reload"],
  actsIn: ["model-conversation", "isolation", "models"],
  overrides: (onApplied) => ({ store: (store) => loseReplies(store, onApplied) }),
};
