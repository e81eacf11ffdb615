import type { Suite } from "../harness/check.ts";
import type { Target } from "../target/target.ts";
import { accepted } from "./model-conversation/accepted.ts";
import { profileContext } from "./model-conversation/context.ts";
import { conversation } from "./model-conversation/conversation.ts";
import { givenSession } from "./model-conversation/given-session.ts";
import { oneActive } from "./model-conversation/one-active.ts";
import { reload } from "./model-conversation/reload.ts";
import { reply } from "./model-conversation/reply.ts";
import { summary } from "./model-conversation/summary.ts";
import { userMessage } from "./model-conversation/user-message.ts";

/** The suites that `stack verify <suite>` runs, each with its checks in the order in which they are told. */
export const suites: readonly Suite<Target>[] = [
  {
    name: "model-conversation",
    title: "What model_id must do: the nine claims that BUG-016 broke (contract, section 4).",
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
  },
];
