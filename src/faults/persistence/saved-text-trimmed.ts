import type { Fault } from "../fault.ts";
import { saveOtherEnding } from "../tools/save-other-ending.ts";

/** A reply that is tidied on its way to the disk. */
export const savedTextTrimmed: Fault = {
  name: "saved-text-trimmed",
  story: "The text of a reply is trimmed when it is saved, so that code and lists lose their edges.",
  seenIn: "the contract, section 4: after a reload the exchange is there, whole",
  caughtBy: ["persistence/complete"],
  actsIn: ["persistence", "limits"],
  overrides: (onApplied) => ({
    store: (store) =>
      saveOtherEnding(
        store,
        (ending) => {
          const content = ending.content.trim();
          return content === ending.content ? ending : { ...ending, content };
        },
        onApplied,
      ),
  }),
};
