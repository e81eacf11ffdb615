import type { Fault } from "../fault.ts";
import { askForAnotherModel } from "../tools/ask-for-another-model.ts";

/** S8's cure gone too far: the default is right, and nothing else is ever used. */
export const namedModelIgnored: Fault = {
  name: "named-model-ignored",
  story: "The engine is asked for its default model, whatever model a message or a profile names.",
  seenIn: "the seed of the gateway session, the default in three places",
  caughtBy: [
    "models/images",
    "thoughts/apart",
    "models/names",
    "models/switch",
    "models/profile-default",
    "models/unknown",
    "models/display-name",
  ],
  alsoStops: ["thoughts/not-sent", "regenerate/failed-keeps"],
  actsIn: ["models", "thoughts", "regenerate", "isolation"],
  overrides: (onApplied) => ({ store: (store) => askForAnotherModel(store, () => null, onApplied) }),
};
