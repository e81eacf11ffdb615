import { defineCheck } from "../../harness/define-check.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import type { Context } from "../contract-conversations.ts";
import { patienceOf } from "../contract-replies.ts";
import { generationsFor } from "../engine-generations.ts";
import { type CancelledReply, cancelAndLook } from "./cancelled-reply.ts";
import { judgeBothEnds, OR_THE_STREAM } from "./judge-both-ends.ts";

export const beforeFirstToken = defineCheck<Context["target"], CancelledReply>({
  id: "cancel/before-first-token",
  claim: "a cancel while the engine still loads its model stops both within 250 ms",
  why: "ollama/ollama#11889: a cancel is ignored while the model loads; huggingface/chat-ui#2334: it is lost.",
  lookAt: `what the cancel reaches before the engine has answered: the signal must be on the request itself, not on the loop that reads it; ${OR_THE_STREAM}`,
  needs: ["cancel", "show what reached the engine", "direct the engine"],
  isTimed: true,
  collect: (context) =>
    cancelAndLook(context, {
      name: "before-first-token",
      options: { stand_in_load_ms: 2_000, stand_in_tokens: 5 },
      async when(reply, asked) {
        const isLoading = seenLoading();
        await pollUntil(
          context,
          patienceOf(context.target),
          () => generationsFor(context, asked),
          (seen) => isLoading(seen) || reply.hasEnded,
        );
        // One that was refused says so.
        if (reply.hasEnded) await reply.taken;
      },
    }),
  judge: judgeBothEnds,
});

/** Longer than a quick request takes that has the message in it and is not its reply's, such as one for a title. */
const SEEN_LOADING_MS = 100;

/** Whether one and the same request has been without a token for a while, as far as looks have shown. */
function seenLoading(): (seen: readonly SeenGeneration[]) => boolean {
  let loading: { readonly id: number; readonly since: number } | undefined;
  return (seen) => {
    const last = seen.findLast(({ ended, first_token_at }) => ended === "running" && first_token_at === null);
    if (last === undefined) loading = undefined;
    else if (loading?.id !== last.id) loading = { id: last.id, since: performance.now() };
    return loading !== undefined && performance.now() - loading.since >= SEEN_LOADING_MS;
  };
}
