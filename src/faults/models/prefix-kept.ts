import type { Fault } from "../fault.ts";
import { askingFor } from "../model-asked.ts";

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
      askingFor(store, (named) => (named.startsWith(PREFIX) ? `${PREFIX}${named}` : named), onApplied),
  }),
};
