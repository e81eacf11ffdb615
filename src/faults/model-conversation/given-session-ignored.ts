import type { Fault } from "../fault.ts";
import { withMethod } from "../wrap-store.ts";

/** S7. */
export const givenSessionIgnored: Fault = {
  name: "given-session-ignored",
  story:
    "A session_id that is given with a model_id is ignored, and the newest conversation of the profile is used.",
  seenIn: "BUG-016: conversation 80 was on the page, another one was written to",
  caughtBy: ["model-conversation/given-session"],
  actsIn: ["model-conversation", "sse", "isolation", "models"],
  overrides: (onApplied) => ({
    store: (store) =>
      withMethod(store, "conversations", "open", async (destination) => {
        if (typeof destination.modelId !== "number") return await store.conversations.open(destination);
        onApplied();
        return await store.conversations.open({ ...destination, sessionId: undefined });
      }),
  }),
};
