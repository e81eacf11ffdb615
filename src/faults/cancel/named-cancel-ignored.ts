import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { paramsOf } from "../tools/route-params.ts";

/** A cancel that knows no names. */
export const namedCancelIgnored: Fault = {
  name: "named-cancel-ignored",
  story: "A cancel that names its reply finds nothing by that name, and answers idle while it runs.",
  seenIn: "the contract, section 3: message_id, the reply's id, or that of the message that it answers",
  caughtBy: ["cancel/named"],
  actsIn: ["cancel"],
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        answer(request) {
          const [session_id] = paramsOf(hmiRoutes.cancel, request) ?? [];
          if (session_id === undefined || !request.body.includes("message_id")) return undefined;
          onApplied();
          return { status: 200, body: JSON.stringify({ status: "idle", session_id }) };
        },
      },
    },
  }),
};
