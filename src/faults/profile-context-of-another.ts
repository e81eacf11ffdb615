import type { Fault } from "./fault.ts";

/** S5, second form. */
export const profileContextOfAnother: Fault = {
  name: "profile-context-of-another",
  story: "Another profile's context is loaded: the newest one's, not the one that was asked for.",
  seenIn: "BUG-016, test 5 of its script: model_id used for loading context",
  caughtBy: ["model-conversation/context"],
  overrides: (onApplied) => ({
    store: (store) => ({
      ...store,
      profiles: {
        ...store.profiles,
        async context(modelId) {
          if (modelId === null) return null;
          onApplied();
          const profiles = await store.profiles.list();
          return profiles.findLast((profile) => profile.model_id !== modelId) ?? null;
        },
      },
    }),
  }),
};
