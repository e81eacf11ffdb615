import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { sessionIn } from "../tools/rewrite-body.ts";
import { paramsOf } from "../tools/route-params.ts";

/** A cancel that finds nothing to do. */
export const cancelNotRepeatable: Fault = {
  name: "cancel-not-repeatable",
  story: "A cancel where nothing runs is refused as an error.",
  seenIn: "the contract, section 2: idle, so it is safe to repeat",
  caughtBy: ["cancel/twice", "cancel/idle"],
  actsIn: ["cancel"],
  overrides(onApplied) {
    /** Conversations with a message that nobody has called a cancel for. */
    const asked = new Set<string>();
    return {
      wire: {
        hmi: {
          answer(request) {
            if (paramsOf(hmiRoutes.sendMessage, request) !== undefined) asked.add(sessionIn(request) ?? "");
            const [sessionId] = paramsOf(hmiRoutes.cancel, request) ?? [];
            const isForeign = request.headers.origin !== undefined;
            // One that is not there is another matter, and its ids are no numbers.
            const isKnown = sessionId !== undefined && /^\d{1,8}$/.test(sessionId);
            if (isForeign || !isKnown || asked.delete(sessionId)) return undefined;
            onApplied();
            const error = {
              code: "nothing_to_stream",
              message: `Nothing runs in conversation ${sessionId}.`,
            };
            return { status: 409, body: JSON.stringify({ error }) };
          },
        },
      },
    };
  },
};
