import type { BegunExchange } from "../../services/conversations/conversation-store.ts";
import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

export const keyInMemory: Fault = {
  name: "key-in-memory",
  story:
    "Each copy keeps the client_message_ids that it has seen in its memory: sent to another one, it is another message.",
  seenIn: "the contract, section 9: sent to two copies at once with one client_message_id it is one message",
  caughtBy: ["replicas/same-key"],
  actsIn: ["replicas"],
  ofCopies: true,
  overrides: (onApplied) => ({
    store(store) {
      const seen = new Map<string, BegunExchange>();
      return withUserMethod(store, "messages", "begin", (own) => async ({ clientKey, ...exchange }) => {
        if (clientKey === undefined) return await own.messages.begin(exchange);
        const before = seen.get(clientKey.id);
        if (before !== undefined) return { ...before, isNew: false };
        onApplied();
        const begun = await own.messages.begin(exchange);
        seen.set(clientKey.id, begun);
        return begun;
      });
    },
  }),
};
