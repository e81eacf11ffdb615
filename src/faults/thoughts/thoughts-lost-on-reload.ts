import type { Fault } from "../fault.ts";
import { saveOtherEnding } from "../tools/save-other-ending.ts";

/** Row 56. */
export const thoughtsLostOnReload: Fault = {
  name: "thoughts-lost-on-reload",
  story: "What the model thought is not saved with the reply, so that it is gone after a reload.",
  seenIn: "nesquena/hermes-webui#427",
  caughtBy: ["thoughts/kept"],
  actsIn: ["thoughts"],
  overrides: (onApplied) => ({
    store: (store) =>
      saveOtherEnding(
        store,
        (ending) => (ending.thinking === "" ? ending : { ...ending, thinking: "" }),
        onApplied,
      ),
  }),
};
