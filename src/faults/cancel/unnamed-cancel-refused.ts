import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { paramsOf } from "../tools/route-params.ts";

/** A cancel of the first edition. */
export const unnamedCancelRefused: Fault = {
  name: "unnamed-cancel-refused",
  story: "A cancel that does not name its reply is refused, so that older clients cannot stop one any more.",
  seenIn: "the contract, section 2: message_id may be left out",
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
    "cancel/in-time",
    "isolation/another-cancel",
  ],
  alsoStops: [
    "cancel/next-message",
    "cancel/usage",
    "cancel/slots",
    "persistence/cancelled",
    "regenerate/cancelled-keeps",
  ],
  actsIn: ["cancel", "persistence", "isolation", "regenerate"],
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        answer(request) {
          // What comes from a foreign page is refused before that.
          const isForeign = request.headers.origin !== undefined;
          if (isForeign || paramsOf(hmiRoutes.cancel, request) === undefined) return undefined;
          if (request.body.includes("message_id")) return undefined;
          onApplied();
          const error = { code: "bad_request", message: "message_id: must be given" };
          return { status: 400, body: JSON.stringify({ error }) };
        },
      },
    },
  }),
};
