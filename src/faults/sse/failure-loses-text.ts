import type { Fault } from "../fault.ts";
import { withReplyMethod } from "../tools/wrap-store.ts";

/** Row 7. */
export const failureLosesText: Fault = {
  name: "failure-loses-text",
  story: "A reply that fails is saved empty, although half of it had come.",
  seenIn: "api7/aisix#177",
  caughtBy: ["sse/kept", "persistence/failed", "limits/endless", "drill/gateway-saved", "drill/engine-saved"],
  actsIn: ["sse", "persistence", "regenerate", "limits", "models", "drill"],
  overrides: (onApplied) => ({
    store: (store) =>
      withReplyMethod(store, "finish", async (messageId, ending) => {
        if (ending.status !== "error") return await store.replies.finish(messageId, ending);
        onApplied();
        return await store.replies.finish(messageId, { ...ending, content: "" });
      }),
  }),
};
