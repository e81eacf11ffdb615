import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** S5, second form. */
export const profileContextOfAnother: Fault = {
  name: "profile-context-of-another",
  story: "Another profile's context is loaded: the newest one's, not the one that was asked for.",
  seenIn: "BUG-016, test 5 of its script: model_id used for loading context",
  caughtBy: ["model-conversation/context", "isolation/prompts"],
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "profiles", "contextOf", (own) => async (sessionId) => {
        const asked = await own.profiles.contextOf(sessionId);
        const profiles = await own.profiles.list();
        const another = profiles.findLast((profile) => profile.model_id !== asked?.model_id);
        if (asked === null || another === undefined) return asked;
        onApplied();
        const { name, description, instructions } = another;
        // The own options and model still reach the engine: they are not context.
        return { ...asked, name, description, instructions };
      }),
  }),
};
