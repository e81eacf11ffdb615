import type { Fault } from "../fault.ts";
import { loseVersions } from "../tools/lose-versions.ts";

/** As this stack itself did before it had versions. */
export const regenerateDeletesEarlier: Fault = {
  name: "regenerate-deletes-earlier",
  story: "A reply that is made again costs the earlier one, however good that was.",
  seenIn: "the contract, section 3, versions: nothing of the other ways is lost",
  caughtBy: ["regenerate/versions"],
  actsIn: ["regenerate"],
  overrides: (onApplied) => ({
    store: (store) => loseVersions(store, ({ status }) => status === "complete", onApplied),
  }),
};
