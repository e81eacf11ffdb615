import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { type CancelledReply, cancelAndLook } from "./cancelled-reply.ts";
import { judgeBothEnds, OR_THE_STREAM } from "./judge-both-ends.ts";

export const midReply = defineCheck<Context["target"], CancelledReply>({
  id: "cancel/mid-reply",
  claim: "a cancel in mid-reply stops the stream and the engine within 250 ms",
  why: "A page had a stop button whose call answered 404, and the engine worked on.",
  lookAt: `what a cancel does: it must abort the request to the engine, not only its own loop; ${OR_THE_STREAM}`,
  needs: ["cancel"],
  isTimed: true,
  collect: cancelledInMidReply,
  judge: judgeBothEnds,
});

/** A reply that was cancelled after its third token, once a run. */
export async function cancelledInMidReply(context: Context): Promise<CancelledReply> {
  return await context.share("cancelled in mid-reply", () =>
    cancelAndLook(context, {
      name: "mid-reply",
      // Longer than anybody waits, at the pace of a real engine. Real Ollama has its own pace.
      options: { num_predict: 400, stand_in_tokens: 100, stand_in_token_ms: 20 },
      looksAtRows: true,
      when: 3,
    }),
  );
}
