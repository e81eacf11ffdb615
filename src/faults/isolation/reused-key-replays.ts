import type { ClientKey, ConversationStore } from "../../services/conversations/conversation-store.ts";
import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** A key that is looked up by itself. */
export const reusedKeyReplays: Fault = {
  name: "reused-key-replays",
  story: "A client_message_id that comes with another text is answered with the first one's reply.",
  seenIn: "the contract, section 3: with another text it is 409 key_reused",
  caughtBy: ["isolation/key-reused"],
  actsIn: ["isolation"],
  overrides(onApplied) {
    /** What each key named first, by conversation and key. */
    const first = new Map<string, string>();
    const asFirst = (sessionId: string | undefined, key: ClientKey): ClientKey => {
      const place = `${sessionId} ${key.id}`;
      const fingerprint = first.get(place) ?? key.fingerprint;
      first.set(place, fingerprint);
      if (fingerprint !== key.fingerprint) onApplied();
      return { ...key, fingerprint };
    };
    const finding = (store: ConversationStore): ConversationStore =>
      withUserMethod(
        store,
        "messages",
        "findExchange",
        (own) => (key, sessionId) => own.messages.findExchange(asFirst(sessionId, key), sessionId),
      );
    const beginning = (store: ConversationStore): ConversationStore =>
      withUserMethod(
        store,
        "messages",
        "begin",
        (own) =>
          ({ clientKey, ...exchange }) =>
            own.messages.begin({
              ...exchange,
              ...(clientKey && { clientKey: asFirst(exchange.sessionId, clientKey) }),
            }),
      );
    return { store: (store) => beginning(finding(store)) };
  },
};
