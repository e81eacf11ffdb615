import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** S7. */
export const givenSessionIgnored: Fault = {
  name: "given-session-ignored",
  story:
    "A session_id that is given with a model_id is ignored, and the newest conversation of the profile is used.",
  seenIn: "BUG-016: conversation 80 was on the page, another one was written to",
  caughtBy: ["model-conversation/given-session"],
  actsIn: ["model-conversation", "sse", "isolation", "limits", "models"],
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "conversations", "open", (own) => async (destination) => {
        if (typeof destination.modelId !== "number") return await own.conversations.open(destination);
        onApplied();
        return await own.conversations.open({ ...destination, sessionId: undefined });
      }),
  }),
};
