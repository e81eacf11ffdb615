import type { Fault } from "../fault.ts";
import { saveOtherEnding } from "../tools/save-other-ending.ts";

/** A row that knows what was asked for. */
export const rowWithoutModel: Fault = {
  name: "row-without-model",
  story: "The row of a reply names the model that was asked for, and none where none was.",
  seenIn: "the contract, section 1: the model that really answered, also where nobody named one",
  caughtBy: ["models/answered-by"],
  overrides: (onApplied) => ({
    store: (store) =>
      saveOtherEnding(
        store,
        (ending) => (ending.modelName === null ? ending : { ...ending, modelName: null }),
        onApplied,
      ),
  }),
};
