import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteAnswers } from "../tools/rewrite-answers.ts";
import { paramsOf } from "../tools/route-params.ts";

/** A cancel that never says no. */
export const unknownConversationCancelled: Fault = {
  name: "unknown-conversation-cancelled",
  story: "A cancel of a conversation that is not there answers 200, as if something had been stopped.",
  seenIn: "the contract, section 2: 404 for an unknown conversation",
  caughtBy: ["cancel/unknown", "isolation/another-cancel"],
  actsIn: ["cancel", "isolation"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteAnswers(({ request, status }) => {
        const [session_id] = paramsOf(hmiRoutes.cancel, request) ?? [];
        if (session_id === undefined || status !== 404) return undefined;
        onApplied();
        return { status: 200, text: () => JSON.stringify({ status: "idle", session_id }) };
      }),
    },
  }),
};
