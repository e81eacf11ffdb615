import { CancelAnswer } from "../../contract/gateway-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { sessionIn } from "../tools/rewrite-body.ts";
import { rewriteJson } from "../tools/rewrite-json.ts";
import { paramsOf } from "../tools/route-params.ts";

/** A conversation that is not free yet when its cancel is answered. */
const BUSY_MS = 500;

/** The slot is given back late. */
export const busyAfterCancel: Fault = {
  name: "busy-after-cancel",
  story: "For a while after a cancel the conversation is still taken for busy, and its next message fails.",
  seenIn: "the contract, section 2: the conversation takes the next message at once",
  caughtBy: ["cancel/next-message"],
  actsIn: ["cancel"],
  overrides(onApplied) {
    const cancelledAt = new Map<string, number>();
    return {
      wire: {
        hmi: {
          ...rewriteJson(hmiRoutes.cancel, CancelAnswer, (answer) => {
            if (answer.status === "cancelled") cancelledAt.set(answer.session_id, performance.now());
            return answer;
          }),
          answer(request) {
            if (paramsOf(hmiRoutes.sendMessage, request) === undefined) return undefined;
            const sessionId = sessionIn(request) ?? "";
            const since = performance.now() - (cancelledAt.get(sessionId) ?? Number.NEGATIVE_INFINITY);
            if (since > BUSY_MS) return undefined;
            onApplied();
            const error = { code: "generation_in_progress", message: `Conversation ${sessionId} is busy.` };
            return { status: 409, body: JSON.stringify({ error }) };
          },
        },
      },
    };
  },
};
