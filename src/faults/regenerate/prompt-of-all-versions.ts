import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** A prompt of every row that the conversation has. */
export const promptOfAllVersions: Fault = {
  name: "prompt-of-all-versions",
  story:
    "The prompt is made of all of a conversation's messages, also of those that an edit took the place of.",
  seenIn: "the contract, section 3, versions: the shown ones are the only ones that go into a prompt",
  caughtBy: ["regenerate/edited-prompt"],
  actsIn: ["regenerate"],
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "messages", "history", (own) => async (sessionId) => {
        const history = await own.messages.history(sessionId);
        const others = await own.messages.listOthers(sessionId);
        if (others.length === 0) return history;
        onApplied();
        // Those that were edited are older than what took their place.
        return { ...history, messages: [...others, ...history.messages] };
      }),
  }),
};
