import { defineCheck } from "../../harness/check.ts";
import { generationsFor } from "../engine-record.ts";
import { lookUntil, patienceOf } from "../reading.ts";
import type { Context } from "../stage.ts";
import { judgeBothEnds } from "./both-ends.ts";
import { type CancelledReply, cancelReply } from "./scene.ts";

export const beforeFirstToken = defineCheck<Context["target"], CancelledReply>({
  id: "cancel/before-first-token",
  claim: "a cancel while the engine still loads its model stops both within 250 ms",
  why: "ollama/ollama#11889: a cancel is ignored while the model loads; huggingface/chat-ui#2334: it is lost.",
  lookAt:
    "what the cancel reaches before the engine has answered: the signal must be on the request itself, not on the loop that reads it",
  needs: ["cancel", "show what reached the engine", "direct the engine"],
  isTimed: true,
  collect: (context) =>
    cancelReply(context, {
      name: "before-first-token",
      options: { stand_in_load_ms: 2_000, stand_in_tokens: 5 },
      async moment(reply, asked) {
        await lookUntil(
          context,
          patienceOf(context.target),
          () => generationsFor(context, asked),
          (seen) => seen.length > 0 || reply.hasEnded,
        );
        // One that was refused says so.
        if (reply.hasEnded) await reply.taken;
      },
    }),
  judge: judgeBothEnds,
});
