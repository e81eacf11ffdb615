import type { BegunExchange } from "../../services/conversations/conversation-store.ts";
import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** Keys that everybody shares. */
export const clientKeyGlobal: Fault = {
  name: "client-key-global",
  story:
    "A client_message_id is known for all conversations: in another one it names the first one's message.",
  seenIn: "the contract, section 3: a client_message_id belongs to its conversation",
  caughtBy: ["isolation/client-key-own"],
  actsIn: ["isolation"],
  overrides(onApplied) {
    const known = new Map<string, BegunExchange>();
    return {
      store: (store) =>
        withUserMethod(store, "messages", "begin", (own) => async (exchange) => {
          const id = exchange.clientKey?.id ?? "";
          const first = known.get(id);
          if (first !== undefined && first.session.session_id !== exchange.sessionId) {
            onApplied();
            return { ...first, isNew: false };
          }
          const begun = await own.messages.begin(exchange);
          if (id !== "") known.set(id, begun);
          return begun;
        }),
    };
  },
};
