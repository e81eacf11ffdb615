import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { arrivedIn, describeStream } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { requireUndisturbed } from "../measurement-disturbance.ts";
import type { SilentReply } from "./silent-replies.ts";
import { type TimedReplies, timedReplies } from "./timed-replies.ts";

export const firstByte = defineCheck<Context["target"], TimedReplies>({
  id: "sse/first-byte",
  claim: "the first event comes at once, while the engine still loads its model",
  why: "A page that shows nothing until the model is loaded is taken for broken, and the message is sent again.",
  lookAt: "when the response's head and planning are sent: before the engine is asked, not with its answer",
  needs: ["speak the contract", "direct the engine"],
  isTimed: true,
  isMostlyWaiting: true,
  collect: timedReplies,
  judge({ loading, silenceMs, ...evidence }) {
    const broken = firstBroken(loading, (reply) => judgeOne(reply, silenceMs));
    if (broken !== undefined) requireUndisturbed(evidence);
    const seen = loading.map(
      (reply) =>
        `first event after ${arrivedIn(reply.stream)[0]?.at_ms} ms, silent for ${Math.round(engineMs(reply) ?? 0)} ms`,
    );
    return broken ?? { verdict: "holds", seen: seen.join("; ") };
  },
});

/** Until the engine's first token, or as long as it was waited for; undefined where none came. */
function engineMs({ stream, stopped_ms }: SilentReply): number | undefined {
  return stopped_ms ?? arrivedIn(stream).find(({ event }) => event.type === "token")?.at_ms;
}

function judgeOne(reply: SilentReply, silenceMs: number): Broken | undefined {
  const { stream, stopped_ms } = reply;
  const engine_ms = engineMs(reply);
  if (stopped_ms === null && engine_ms !== undefined && engine_ms < 0.8 * silenceMs) {
    throw new CouldNotRun("the engine answered sooner than it was told to");
  }
  const first = arrivedIn(stream)[0];
  // By the time between them, not since the request: that is long on a busy machine.
  if (first !== undefined && (engine_ms ?? first.at_ms) - first.at_ms > silenceMs / 4) return undefined;
  return {
    verdict: "broken",
    expected: `planning before the engine answers, which took ${silenceMs} ms`,
    found: first === undefined ? "no event" : `the first event after ${Math.round(first.at_ms)} ms`,
    seen: describeStream(stream),
  };
}
