import type { Fault } from "../fault.ts";
import { wrapChat } from "../tools/wrap-engine.ts";

/** Row 50. */
export const historyNotSent: Fault = {
  name: "history-not-sent",
  story: "The engine is given the last message only, not what was said before.",
  seenIn: "docs/faults.md, row 50",
  caughtBy: ["isolation/history", "model-conversation/summary", "limits/window"],
  actsIn: [
    "model-conversation",
    "cancel",
    "sse",
    "persistence",
    "isolation",
    "thoughts",
    "regenerate",
    "models",
    "sla",
    "drill",
    "limits",
  ],
  overrides: (onApplied) => ({
    engine: (client) =>
      wrapChat(client, (request, signal) => {
        const system = request.messages.filter(({ role }) => role === "system");
        const messages = [...system, ...request.messages.slice(-1)];
        if (messages.length < request.messages.length) onApplied();
        return client.chat({ ...request, messages }, signal);
      }),
  }),
};
