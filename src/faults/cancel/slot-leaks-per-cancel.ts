import { WireError } from "../../contract/wire-error.ts";
import type { Fault } from "../fault.ts";

/** More than the cancels of any other check, fewer than those of the one that looks for this. */
const SLOTS = 32;

/** Row 19. */
export const slotLeaksPerCancel: Fault = {
  name: "slot-leaks-per-cancel",
  story: "A generation that is cancelled keeps its slot, and when none is left nothing is answered.",
  seenIn: "BerriAI/litellm#27955",
  caughtBy: ["cancel/slots"],
  actsIn: ["cancel"],
  overrides(onApplied) {
    let free = SLOTS;
    return {
      engine: (client) => ({
        ...client,
        async *chat(request, signal) {
          if (free === 0) {
            onApplied();
            throw new WireError("engine_unavailable", "All slots are taken.");
          }
          free -= 1;
          yield* client.chat(request, signal);
          // Not in a `finally`: a reply that is aborted never comes here.
          free += 1;
        },
      }),
    };
  },
};
