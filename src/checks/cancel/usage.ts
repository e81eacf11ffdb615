import { CouldNotRun, defineCheck } from "../../harness/check.ts";
import type { Context } from "../stage.ts";
import { eventsOf } from "../stream-words.ts";
import { describe } from "./both-ends.ts";
import { cancelledInMidReply } from "./mid-reply.ts";
import type { CancelledReply } from "./scene.ts";

export const usage = defineCheck<Context["target"], CancelledReply>({
  id: "cancel/usage",
  claim: "what a cancelled reply cost is what was counted of it, and null where nobody counted: never 0",
  why: "Half a reply was written and paid for; a usage of 0 says that nothing was.",
  lookAt:
    "the usage of a cancelled reply: tokens so far, thoughts too, and null for what the engine did not tell",
  needs: [],
  collect: cancelledInMidReply,
  judge(reply) {
    const events = eventsOf(reply.stream);
    const event = events.find(({ type }) => type === "usage");
    const pieces = events.filter(({ type }) => type === "token" || type === "thinking").length;
    // That it is there at all is another claim's.
    if (event?.type !== "usage") throw new CouldNotRun("the stream has no usage");
    if (pieces === 0) throw new CouldNotRun("the reply had no text yet");
    const row = reply.rows.find(({ message_id }) => message_id === reply.messageId);
    const usages = [event.usage, ...(row?.usage ? [row.usage] : [])];
    const isZero = usages.some((each) => each.prompt_tokens === 0 || each.completion_tokens === 0);
    const seen = `${describe(reply)}; pieces of text: ${pieces}, usage ${JSON.stringify(event.usage)}`;
    if (!isZero) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "tokens as they were counted, or null",
      found: usages.map((each) => JSON.stringify(each)).join(", in the row "),
      seen,
      rows: row === undefined ? [] : [row],
    };
  },
});
