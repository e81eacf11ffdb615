import { gatewayRoutes, hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { askAsFirstCaller } from "../tools/ask-as-first-caller.ts";

/** A hole between people. */
export const streamOfAnother: Fault = {
  name: "stream-of-another",
  story: "A reply that is being written is everybody's: nobody looks whose it is.",
  seenIn: "the contract, section 7: another's is 404, as one that does not exist",
  caughtBy: ["isolation/another-stream"],
  actsIn: ["isolation"],
  overrides: (onApplied) => ({
    wire: {
      hmi: askAsFirstCaller([hmiRoutes.stream], onApplied),
      gateway: askAsFirstCaller([gatewayRoutes.resume], onApplied),
    },
  }),
};
