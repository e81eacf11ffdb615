import type { Usage } from "../../contract/event-schemas.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { lastFact } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import type { Context } from "../contract-conversations.ts";
import { eventsOf } from "../stream-endings.ts";
import { cancelledInMidReply } from "./cancel-mid-reply.ts";
import type { CancelledReply } from "./cancelled-reply.ts";
import { describeCancel } from "./judge-both-ends.ts";

type Counted = Pick<Usage, "prompt_tokens" | "completion_tokens">;

export const usage = defineCheck<Context["target"], CancelledReply>({
  id: "cancel/usage",
  claim: "what a cancelled reply cost is what was counted of it, and null where nobody counted: never 0",
  why: "Half a reply was written and paid for; a usage of 0 says that nothing was.",
  lookAt:
    "the usage of a cancelled reply: tokens so far, thoughts too, and null for what the engine did not tell",
  needs: ["cancel"],
  collect: cancelledInMidReply,
  judge(reply) {
    const { stream, isForeign } = reply;
    const pieces = stream?.facts.filter(({ kind }) => kind === "text" || kind === "thought").length ?? 0;
    const streamed = stream === null ? undefined : (isForeign ? usageTold : usageEvent)(stream);
    // That it is there at all is another claim's.
    if (streamed === undefined && !isForeign) throw new CouldNotRun("the stream has no usage");
    if (pieces === 0 && !reply.unheardTokens) throw new CouldNotRun("the reply had no text yet");
    const row = reply.rows?.find(({ role }) => role === "assistant");
    const usages = [...(streamed ? [streamed] : []), ...(row?.usage ? [row.usage] : [])];
    if (usages.length === 0) {
      throw new NotObservable("nobody tells what a cancelled reply cost", [
        "contract.wire.stream.usage",
        "contract.wire.rows.completion_tokens",
      ]);
    }
    const isZero = usages.some((each) => each.prompt_tokens === 0 || each.completion_tokens === 0);
    const seen = `${describeCancel(reply)}; pieces of text: ${pieces}, usage ${JSON.stringify(usages[0])}`;
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

function usageEvent(stream: SeenStream): Counted | undefined {
  const event = eventsOf(stream).find(({ type }) => type === "usage");
  return event?.type === "usage" ? event.usage : undefined;
}

function usageTold(stream: SeenStream): Counted | undefined {
  const told = lastFact(stream, "usage");
  return told && { prompt_tokens: told.prompt, completion_tokens: told.completion };
}
