import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { type CancelledReply, cancelAndLook } from "./cancelled-reply.ts";
import { judgeBothEnds, OR_THE_STREAM } from "./judge-both-ends.ts";

export const silence = defineCheck<Context["target"], CancelledReply>({
  id: "cancel/silence",
  claim: "a cancel does not wait for the engine's next token",
  why: "A loop that looks at its cancel flag once a token waits as long as the engine is silent.",
  lookAt: `the loop over the engine's tokens: the cancel must abort the read that it waits in; ${OR_THE_STREAM}`,
  needs: ["cancel", "direct the engine"],
  isTimed: true,
  collect: (context) =>
    cancelAndLook(context, {
      name: "silence",
      options: { stand_in_tokens: 6, stand_in_pause_after: 3, stand_in_pause_ms: 2_000 },
      when: 3,
    }),
  judge: judgeBothEnds,
});
