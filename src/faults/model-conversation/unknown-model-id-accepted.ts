import { WireError } from "../../contract/wire-error.ts";
import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** S1 in its quietest form: the parameter is accepted, and nobody looks what it names. */
export const unknownModelIdAccepted: Fault = {
  name: "unknown-model-id-accepted",
  story: "A model_id that no profile has is taken for a general message.",
  seenIn: "BUG-016, lessons learned: a parameter that is accepted is not yet a parameter that is used",
  caughtBy: ["model-conversation/accepted"],
  actsIn: ["model-conversation"],
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "conversations", "open", (own) => async (destination) => {
        try {
          return await own.conversations.open(destination);
        } catch (error) {
          if (!(error instanceof WireError) || error.code !== "model_profile_not_found") throw error;
          onApplied();
          return await own.conversations.open({ ...destination, modelId: null });
        }
      }),
  }),
};
