import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** Row 27, at the HMI. */
export const clientKeyForgotten: Fault = {
  name: "client-key-forgotten",
  story: "The client_message_id of a message is not saved: sent again, it is another message.",
  seenIn: "docs/faults.md, row 27",
  caughtBy: ["isolation/double-submit", "isolation/key-reused"],
  actsIn: ["isolation"],
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "messages", "begin", (own) => async (exchange) => {
        if (exchange.clientKey !== undefined) onApplied();
        return await own.messages.begin({ ...exchange, clientKey: undefined });
      }),
  }),
};
