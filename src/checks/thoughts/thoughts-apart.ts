import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { textOf, thoughtsOf } from "../../targets/drivers/reply-facts.ts";
import type { Context } from "../contract-conversations.ts";
import {
  describeThoughts,
  requireThoughts,
  type ThoughtfulReply,
  thoughtfulReplies,
} from "./thoughtful-replies.ts";

export const apart = defineCheck<Context["target"], readonly ThoughtfulReply[]>({
  id: "thoughts/apart",
  claim: "what a model thinks comes as thoughts, and is no part of what it says: streamed and saved",
  why: "A reply that begins with pages of <think> is copied, titled and sent on so.",
  lookAt: "the reading of the engine's pieces: its thinking field, and a leading <think> block of its text",
  needs: ["think"],
  collect: thoughtfulReplies,
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? { verdict: "holds", seen: replies.map(describeThoughts).join("; ") },
});

function judgeOne(reply: ThoughtfulReply): Broken | undefined {
  requireThoughts(reply);
  const { stream, row, word } = reply;
  const said = [textOf(stream), row?.content ?? ""];
  const thought = thoughtsOf(stream);
  // A small model may think all the time that it has, and then say nothing.
  if (word === null && thought !== "" && said.join("") === "") {
    throw new NotObservable(`the model thought and said nothing: ${describeThoughts(reply)}`);
  }
  const isIn = (text: string): boolean => /<\/?think>/.test(text) || (word !== null && text.includes(word));
  const isThought = thought !== "" && (word === null || thought.includes(word));
  if (!said.some(isIn) && isThought && said[0] !== "") return undefined;
  return {
    verdict: "broken",
    expected: "thinking events with the thoughts, and a text without them",
    found: `thoughts ${JSON.stringify(thought)}, text ${JSON.stringify(said[0])}, saved ${JSON.stringify(said[1])}`,
    seen: describeThoughts(reply),
    rows: row === null ? [] : [row],
  };
}
