import { defineCheck } from "../../harness/check.ts";
import { tokens } from "../reading.ts";
import type { Context } from "../stage.ts";
import { judgeBothEnds } from "./both-ends.ts";
import { type CancelledReply, cancelReply } from "./scene.ts";

export const silence = defineCheck<Context["target"], CancelledReply>({
  id: "cancel/silence",
  claim: "a cancel does not wait for the engine's next token",
  why: "A loop that looks at its cancel flag once a token waits as long as the engine is silent.",
  lookAt: "the loop over the engine's tokens: the cancel must abort the read that it waits in",
  needs: ["show what reached the engine", "direct the engine"],
  collect: (context) =>
    cancelReply(context, {
      name: "silence",
      options: { stand_in_tokens: 6, stand_in_pause_after: 3, stand_in_pause_ms: 2_000 },
      moment: (reading) => reading.until("its third token", tokens(3)),
    }),
  judge: judgeBothEnds,
});
