import { WireError } from "../../contract/wire-error.ts";
import type { Fault } from "../fault.ts";
import { wrapChat } from "../tools/wrap-engine.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** S6. */
export const profileRowAsClient: Fault = {
  name: "profile-row-as-client",
  story:
    "Reading a profile's default model overwrites the variable of the LLM client: its first chat fails at once.",
  seenIn: "docs/faults.md, row S6",
  caughtBy: ["models/profile-default"],
  actsIn: ["models"],
  overrides(onApplied) {
    const read = new Set<number>();
    let isClientARow = false;
    return {
      store: (store) =>
        withUserMethod(store, "profiles", "contextOf", (own) => async (sessionId) => {
          const profile = await own.profiles.contextOf(sessionId);
          if (profile !== null && profile.default_model !== null && !read.has(profile.model_id)) {
            read.add(profile.model_id);
            isClientARow = true;
          }
          return profile;
        }),
      engine: (client) =>
        wrapChat(client, async function* (request, signal) {
          if (isClientARow) {
            isClientARow = false;
            onApplied();
            throw new WireError("internal_error", "'Row' object has no attribute 'stream'.");
          }
          yield* client.chat(request, signal);
        }),
    };
  },
};
