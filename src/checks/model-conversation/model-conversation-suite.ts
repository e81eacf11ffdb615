import type { Suite } from "../../harness/define-check.ts";
import type { Target } from "../../targets/open-target.ts";
import { givenSession } from "./given-session.ts";
import { accepted } from "./model-conversation-accepted.ts";
import { profileContext } from "./model-conversation-context.ts";
import { conversation } from "./model-conversation-conversation.ts";
import { reload } from "./model-conversation-reload.ts";
import { reply } from "./model-conversation-reply.ts";
import { summary } from "./model-conversation-summary.ts";
import { oneActive } from "./one-active.ts";
import { userMessage } from "./user-message.ts";

/** The suite `model-conversation`, its checks in the order in which they are told. */
export const modelConversationSuite: Suite<Target> = {
  name: "model-conversation",
  title: "What model_id must do: the nine claims that BUG-016 broke (contract, section 4).",
  foreignTitle: "A message and its reply belong to the conversation that was asked, also after a reload.",
  checks: [
    accepted,
    conversation,
    userMessage,
    reply,
    profileContext,
    summary,
    givenSession,
    oneActive,
    reload,
  ],
};
