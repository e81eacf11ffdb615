import { type StreamEvent, usageOf } from "../../contract/events.ts";
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
  caughtBy: ["persistence/failed", "sse/engine-failure", "sse/kept", "limits/endless"],
  actsIn: ["sse", "persistence", "limits"],
  overrides: (onApplied) => ({
    gateway: (client) => ({
      ...client,
      async *chat(request, signal) {
        let hasText = false;
        for await (const events of client.chat(request, signal)) {
          const failure = events.findIndex(
            (event) => event.type === "status_update" && event.status === "error",
          );
          hasText ||= events.some(({ type }) => type === "token");
          if (failure === -1 || !hasText) {
            yield events;
            continue;
          }
          onApplied();
          yield [...events.slice(0, failure), ...CANNED];
          return;
        }
      },
    }),
  }),
};
