import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { askAsFirstCaller } from "../tools/ask-as-first-caller.ts";

/** A hole between people. */
export const exportOfAnother: Fault = {
  name: "export-of-another",
  story: "A conversation's export is everybody's: nobody looks whose it is.",
  seenIn: "the contract, section 7: another's is 404, as one that does not exist",
  caughtBy: ["isolation/another-export"],
  actsIn: ["isolation"],
  overrides: (onApplied) => ({
    wire: { hmi: askAsFirstCaller([hmiRoutes.exportSession], onApplied) },
  }),
};
