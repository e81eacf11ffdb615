import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { paramsOf } from "../tools/route-params.ts";

/** Row S11. */
export const cancelSwallowed: Fault = {
  name: "cancel-swallowed",
  story: "A cancel is answered on the way, as if it had worked, and never arrives.",
  seenIn: "docs/faults.md, row S11",
  caughtBy: [
    "cancel/mid-reply",
    "cancel/before-first-token",
    "cancel/silence",
    "cancel/at-once",
    "cancel/ending",
    "cancel/saved",
    "cancel/twice",
    "cancel/idle",
    "cancel/unknown",
    "cancel/only-its-own",
    "cancel/every-reader",
    "cancel/next-message",
    "cancel/named",
    "cancel/late",
    "isolation/another-cancel",
  ],
  alsoStops: ["cancel/usage", "cancel/slots", "persistence/cancelled", "regenerate/cancelled-keeps"],
  actsIn: ["cancel", "persistence", "isolation", "regenerate"],
  onAnyWire:
    "what contract.wire.cancel says: the call is answered on the way, a frame is lost, a stream that was closed is read on",
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        answer(request) {
          const [session_id] = paramsOf(hmiRoutes.cancel, request) ?? [];
          // What comes from a foreign page is refused before that.
          if (session_id === undefined || request.headers.origin !== undefined) return undefined;
          onApplied();
          return { status: 200, body: JSON.stringify({ status: "cancelled", session_id, message_id: "0" }) };
        },
      },
    },
  }),
};
