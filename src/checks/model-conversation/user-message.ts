import { defineCheck } from "../../harness/define-check.ts";
import { firstExchanges } from "./first-exchanges.ts";
import type { ModelExchange } from "./model-exchange.ts";
import { judgeSavedWhere } from "./saved-where.ts";
import type { Context } from "./staged-profiles.ts";

export const userMessage = defineCheck<Context["target"], readonly ModelExchange[]>({
  id: "model-conversation/user-message",
  claim: "the user's message is saved to that conversation, with its model_id if any",
  why: 'BUG-016, second place: save_chat_message_v2(role="user", model_id=None).',
  lookAt:
    "the call that saves the user's message: by which conversation, and a literal None where model_id belongs (BUG-016)",
  foreignWords: {
    claim: "the user's message is saved to the conversation that it was sent to",
    why: "What is saved to another conversation nobody finds after a reload; the model has not heard of it, either.",
    lookAt: "the call that saves the user's message: that it is made, and by which conversation",
  },
  needs: ["show rows", "remember conversations"],
  collect: firstExchanges,
  judge: (exchanges) => judgeSavedWhere(exchanges, "user"),
});
