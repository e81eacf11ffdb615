import { gatewayRoutes, hmiRoutes } from "../../contract/routes.ts";
import { askedAsAnybody } from "../as-anybody.ts";
import type { Fault } from "../fault.ts";

/** A hole between people. */
export const cancelOfAnother: Fault = {
  name: "cancel-of-another",
  story: "A cancel is everybody's: nobody looks whose it is.",
  seenIn: "the contract, section 7: another's is 404, as one that does not exist",
  caughtBy: ["isolation/another-cancel"],
  actsIn: ["isolation"],
  overrides: (onApplied) => ({
    wire: {
      hmi: askedAsAnybody([hmiRoutes.cancel], onApplied),
      gateway: askedAsAnybody([gatewayRoutes.cancel], onApplied),
    },
  }),
};
