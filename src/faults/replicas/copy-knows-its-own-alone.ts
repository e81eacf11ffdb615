import { WireError } from "../../contract/wire-error.ts";
import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

export const copyKnowsItsOwnAlone: Fault = {
  name: "copy-knows-its-own-alone",
  story: "A copy knows the conversations that were made or written to there: any other is not found.",
  seenIn: "the contract, section 9: every call may arrive at every copy, without sticky sessions",
  caughtBy: ["replicas/resume", "replicas/shown-everywhere", "replicas/cancel"],
  actsIn: ["replicas"],
  ofCopies: true,
  overrides: (onApplied) => ({
    store(store) {
      const known = new Set<string>();
      const creating = withUserMethod(store, "conversations", "create", (own) => async (conversation) => {
        const session = await own.conversations.create(conversation);
        known.add(session.session_id);
        return session;
      });
      const beginning = withUserMethod(creating, "messages", "begin", (own) => async (exchange) => {
        known.add(exchange.sessionId);
        return await own.messages.begin(exchange);
      });
      return withUserMethod(beginning, "messages", "list", (own) => async (sessionId, limit) => {
        if (!known.has(sessionId)) {
          onApplied();
          throw new WireError("conversation_not_found", `There is no conversation ${sessionId}.`);
        }
        return await own.messages.list(sessionId, limit);
      });
    },
  }),
};
