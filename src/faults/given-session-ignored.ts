import type { Fault } from "./fault.ts";

/** S7. */
export const givenSessionIgnored: Fault = {
  name: "given-session-ignored",
  story: "A given session_id is ignored, and the newest conversation of the profile is used.",
  seenIn: "BUG-016: conversation 80 was on the page, another one was written to",
  caughtBy: ["model-conversation/given-session"],
  overrides: (onApplied) => ({
    store: (store) => ({
      ...store,
      conversations: {
        ...store.conversations,
        async open(destination) {
          if (destination.sessionId === undefined) return await store.conversations.open(destination);
          onApplied();
          return await store.conversations.open({ ...destination, sessionId: undefined });
        },
      },
    }),
  }),
};
