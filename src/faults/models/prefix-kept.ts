import type { Fault } from "../fault.ts";
import { askForAnotherModel } from "../tools/ask-for-another-model.ts";

const PREFIX = "ollama/";

/** The gateway drops the prefix once: with two of them, one is left for the engine. */
export const prefixKept: Fault = {
  name: "prefix-kept",
  story: "The prefix ollama/ before a model's name is passed on to the engine, which knows no such model.",
  seenIn: "the contract, section 2",
  caughtBy: ["models/prefix"],
  actsIn: ["models"],
  overrides: (onApplied) => ({
    store: (store) =>
      askForAnotherModel(
        store,
        (named) => (named.startsWith(PREFIX) ? `${PREFIX}${named}` : named),
        onApplied,
      ),
  }),
};
