import type { StreamEvent } from "../../contract/event-schemas.ts";
import { findGrammarFault } from "../../contract/stream-grammar.ts";
import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { eventsOf } from "../stream-endings.ts";
import { cancelledInMidReply } from "./cancel-mid-reply.ts";
import type { CancelledReply } from "./cancelled-reply.ts";
import { describeCancel, requireHeard } from "./judge-both-ends.ts";

/** What follows the text, by the names of its parts. */
const ENDING = "cancelled, usage, done (cancelled)";

export const ending = defineCheck<Context["target"], CancelledReply>({
  id: "cancel/ending",
  claim: "a cancelled stream ends with cancelled, usage and done, each once and in this order",
  why: "The contract's grammar: a client that waits for usage or done after a cancel must not wait for ever.",
  lookAt: "the events that the gateway sends when it is told to cancel, and that the HMI passes on",
  needs: ["speak the contract"],
  collect: cancelledInMidReply,
  judge(reply) {
    const events = reply.stream === null ? [] : eventsOf(reply.stream);
    const found = events.slice(events.findLastIndex(isBeforeEnding) + 1).map(nameOf);
    const fault = findGrammarFault(events, { hasStarted: events.some(({ type }) => type === "started") });
    if (found.join(", ") === ENDING && fault === undefined)
      return { verdict: "holds", seen: describeCancel(reply) };
    requireHeard(reply);
    const where =
      fault === undefined
        ? ""
        : `; event ${fault.index} is ${fault.found}, not ${fault.expected.join(" or ")}`;
    return {
      verdict: "broken",
      expected: `after the text: ${ENDING}`,
      found: (found.join(", ") || "nothing") + where,
      seen: describeCancel(reply),
    };
  },
});

function nameOf(event: StreamEvent): string {
  if (event.type === "status_update") return event.status;
  return event.type === "done" ? `done (${event.finish_reason})` : event.type;
}

function isBeforeEnding(event: StreamEvent): boolean {
  if (event.type === "status_update") return !["complete", "cancelled", "error"].includes(event.status);
  return ["started", "thinking", "token", "notice"].includes(event.type);
}
