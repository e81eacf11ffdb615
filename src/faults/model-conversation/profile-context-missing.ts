import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** S5, first form. */
export const profileContextMissing: Fault = {
  name: "profile-context-missing",
  story: "The profile's context is not loaded: the engine answers as in a general conversation.",
  seenIn: "BUG-016, test 5 of its script: model_id used for loading context",
  caughtBy: ["model-conversation/context"],
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "profiles", "contextOf", (own) => async (sessionId) => {
        const profile = await own.profiles.contextOf(sessionId);
        if (profile === null) return null;
        onApplied();
        // Its options still reach the engine: they are not context.
        return { ...profile, name: "General", description: "", instructions: "" };
      }),
  }),
};
