import { defineCheck } from "../../harness/define-check.ts";
import { firstExchanges } from "./first-exchanges.ts";
import type { ModelExchange } from "./model-exchange.ts";
import { judgeSavedWhere } from "./saved-where.ts";
import type { Context } from "./staged-profiles.ts";

export const reply = defineCheck<Context["target"], readonly ModelExchange[]>({
  id: "model-conversation/reply",
  claim: "the reply is saved to the same conversation, with its model_id if any",
  why: 'BUG-016, third place: save_chat_message_v2(role="assistant", model_id=None).',
  lookAt:
    "the call that saves the reply: by which conversation, and a literal None where model_id belongs (BUG-016)",
  foreignWords: {
    claim: "the reply is saved to the conversation of its message",
    why: "A reply that is saved to another conversation, or to none, is gone after a reload.",
    lookAt: "the call that saves the reply: that it is made, and by which conversation",
  },
  needs: ["show rows", "remember conversations"],
  collect: firstExchanges,
  judge: (exchanges) => judgeSavedWhere(exchanges, "assistant"),
});
