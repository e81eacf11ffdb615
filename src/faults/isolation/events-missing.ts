import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteEvents } from "../tools/rewrite-events.ts";
import { paramsOf } from "../tools/route-params.ts";

/** A page that looks only at itself. */
export const eventsMissing: Fault = {
  name: "events-missing",
  story: "What is sent and answered is told to no other page of the user.",
  seenIn: "the contract, section 3: reply_started when a message is saved",
  caughtBy: ["isolation/two-devices"],
  actsIn: ["isolation"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteEvents(
        () => ({
          frame({ text }) {
            if (!text.includes('"type":"reply_')) return text;
            onApplied();
            return "";
          },
        }),
        (request) => paramsOf(hmiRoutes.events, request) !== undefined,
      ),
    },
  }),
};
