import type { Fault } from "./fault.ts";

/** S5, first form. */
export const profileContextMissing: Fault = {
  name: "profile-context-missing",
  story: "The profile's context is not loaded: the engine answers as in a general conversation.",
  seenIn: "BUG-016, test 5 of its script: model_id used for loading context",
  caughtBy: ["model-conversation/context"],
  overrides: (onApplied) => ({
    store: (store) => ({
      ...store,
      profiles: {
        ...store.profiles,
        async context() {
          onApplied();
          return null;
        },
      },
    }),
  }),
};
