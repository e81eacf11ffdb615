import { type Broken, CouldNotRun, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import type { Context } from "../stage.ts";
import { describe, finishReasonOf } from "./events.ts";
import { replyRow, type SeenReply, say } from "./say.ts";

/** So few tokens that every model has more to say. */
const MOST_TOKENS = 5;

export const length = defineCheck<Context["target"], readonly SeenReply[]>({
  id: "sse/length",
  claim: "a reply that was cut at its longest length is told so, in the stream and in the row",
  why: "docs/faults.md, row 9: shown as a normal stop, half a reply looks whole.",
  lookAt: "the mapping of the engine's done_reason to finish_reason: length must not become stop",
  needs: [],
  async collect(context) {
    const options = { num_predict: MOST_TOKENS };
    return await Promise.all([
      say(context, { door: "message", name: "length", options }),
      say(context, { door: "gateway", name: "length at the gateway", options }),
    ]);
  },
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? {
      verdict: "holds",
      seen: replies.map(({ stream }) => describe(stream)).join("; "),
    },
});

function judgeOne(reply: SeenReply): Broken | undefined {
  const { stream, generations } = reply;
  const asked = generations?.at(-1);
  if (asked !== undefined && asked.options["num_predict"] !== MOST_TOKENS) {
    throw new CouldNotRun("the option num_predict did not reach the engine");
  }
  if (asked?.counted && asked.counted.completion_tokens < MOST_TOKENS) {
    throw new CouldNotRun(`the engine ended by itself, after ${asked.counted.completion_tokens} tokens`);
  }
  const streamed = finishReasonOf(stream) ?? "no done";
  const row = replyRow(reply);
  const saved = row === null ? "length" : (row.finish_reason ?? "null");
  if (streamed === "length" && saved === "length") return undefined;
  return {
    verdict: "broken",
    expected: "finish_reason length",
    found: streamed === "length" ? `${saved} in the row` : streamed,
    seen: describe(stream),
    rows: row === null ? [] : [row],
  };
}
