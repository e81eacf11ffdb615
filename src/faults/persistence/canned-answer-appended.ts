import { type StreamEvent, usageOf } from "../../contract/event-schemas.ts";
import type { Fault } from "../fault.ts";

/** What a service says that does not want to say that it failed. */
const CANNED: readonly StreamEvent[] = [
  { type: "token", content: "\n\nI am sorry, I could not finish this answer." },
  { type: "status_update", status: "complete" },
  {
    type: "usage",
    usage: usageOf(null, null),
    cost_usd: 0,
    timings: null,
  },
  { type: "done", finish_reason: "stop" },
];

/** Row 41. */
export const cannedAnswerAppended: Fault = {
  name: "canned-answer-appended",
  story:
    "Where the gateway fails in mid-reply, the HMI appends an answer of its own and calls the reply complete.",
  seenIn: "docs/faults.md, row 41",
  caughtBy: [
    "persistence/failed",
    "sse/engine-failure",
    "sse/kept",
    "limits/endless",
    "drill/gateway-told",
    "drill/gateway-saved",
    "drill/engine-told",
    "drill/engine-saved",
  ],
  actsIn: ["sse", "persistence", "limits", "drill"],
  overrides: (onApplied) => ({
    gateway: (client) => ({
      ...client,
      async *chat(request, signal) {
        let hasText = false;
        try {
          for await (const events of untilFailure(client.chat(request, signal))) {
            hasText ||= events.some(isText);
            yield events;
          }
        } catch (error) {
          // Also where the gateway itself has gone, so that nobody is left to tell of a failure.
          if (!hasText || signal.aborted) throw error;
          onApplied();
          yield CANNED;
        }
      },
    }),
  }),
};

/** A reply's events; throws in the place of a failure after text. */
async function* untilFailure(
  reply: AsyncIterable<readonly StreamEvent[]>,
): AsyncIterable<readonly StreamEvent[]> {
  let hasText = false;
  for await (const events of reply) {
    hasText ||= events.some(isText);
    const failure = hasText ? events.findIndex(isFailure) : -1;
    yield failure === -1 ? events : events.slice(0, failure);
    if (failure !== -1) throw new Error("The gateway told of a failure.");
  }
}

function isText({ type }: StreamEvent): boolean {
  return type === "token";
}

function isFailure(event: StreamEvent): boolean {
  return event.type === "status_update" && event.status === "error";
}
