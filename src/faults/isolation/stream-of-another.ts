import { gatewayRoutes, hmiRoutes } from "../../contract/routes.ts";
import { askedAsAnybody } from "../as-anybody.ts";
import type { Fault } from "../fault.ts";

/** A hole between people. */
export const streamOfAnother: Fault = {
  name: "stream-of-another",
  story: "A reply that is being written is everybody's: nobody looks whose it is.",
  seenIn: "the contract, section 7: another's is 404, as one that does not exist",
  caughtBy: ["isolation/another-stream"],
  actsIn: ["isolation"],
  overrides: (onApplied) => ({
    wire: {
      hmi: askedAsAnybody([hmiRoutes.stream], onApplied),
      gateway: askedAsAnybody([gatewayRoutes.resume], onApplied),
    },
  }),
};
