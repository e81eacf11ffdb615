import { savingEndings } from "../endings.ts";
import type { Fault } from "../fault.ts";

/** Thoughts that only the page has. */
export const thoughtsLostOnReload: Fault = {
  name: "thoughts-lost-on-reload",
  story: "What the model thought is not saved with the reply, so that it is gone after a reload.",
  seenIn: "the contract, section 1: a column of their own, there after a reload",
  caughtBy: ["thoughts/kept"],
  actsIn: ["thoughts"],
  overrides: (onApplied) => ({
    store: (store) =>
      savingEndings(
        store,
        (ending) => (ending.thinking === "" ? ending : { ...ending, thinking: "" }),
        onApplied,
      ),
  }),
};
