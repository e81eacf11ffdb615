import { withoutOptions } from "../../contract/options-as-text.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { thoughtsOf } from "../../targets/drivers/reply-facts.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked, textsOf } from "../engine-generations.ts";
import {
  describeThoughts,
  requireThoughts,
  type ThoughtfulReply,
  thoughtfulReplies,
} from "./thoughtful-replies.ts";

export const notSent = defineCheck<Context["target"], readonly ThoughtfulReply[]>({
  id: "thoughts/not-sent",
  claim: "what a model thought is not sent back in the next prompt",
  why: "Models are made to be given what was said: old thoughts lead them astray, and fill their window.",
  lookAt: "where the history becomes a prompt: the text of a reply, without its thoughts",
  needs: ["think", "show what reached the engine"],
  collect: thoughtfulReplies,
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? { verdict: "holds", seen: replies.map(describeThoughts).join("; ") },
});

function judgeOne(reply: ThoughtfulReply): Broken | undefined {
  requireThoughts(reply);
  const { word, stream, next } = reply;
  requireAsked(next);
  // The stand-in may be told what to think in what a person says.
  const prompt = next.flatMap(textsOf).map(withoutOptions).join("\n");
  const thought = word ?? thoughtsOf(stream).trim().slice(0, MARK);
  if (!prompt.includes(thought) && !prompt.includes("<think>")) return undefined;
  return {
    verdict: "broken",
    expected: "a prompt of what was said",
    found: `with what was thought: ${JSON.stringify(thought)}`,
    seen: describeThoughts(reply),
    rows: next,
  };
}

/** By this many characters of its beginning a thought is known again. */
const MARK = 40;
