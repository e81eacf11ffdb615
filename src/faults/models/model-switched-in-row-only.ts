import type { Fault } from "../fault.ts";
import { askForAnotherModel } from "../tools/ask-for-another-model.ts";

/** Row 49. */
export const modelSwitchedInRowOnly: Fault = {
  name: "model-switched-in-row-only",
  story:
    "When the model is changed inside a conversation, the row names the new one and the engine gets the first.",
  seenIn: "docs/faults.md, row 49",
  caughtBy: ["models/switch"],
  actsIn: ["models"],
  overrides: (onApplied) => ({
    store: (store) =>
      askForAnotherModel(
        store,
        (named, before) => before.find(({ role }) => role === "assistant")?.model_name ?? named,
        onApplied,
      ),
  }),
};
