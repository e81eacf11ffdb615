import type { Fault } from "../fault.ts";
import { rewriteEvents } from "../tools/rewrite-events.ts";

/** Whoever sees nothing sends again. */
export const planningAfterEngine: Fault = {
  name: "planning-after-engine",
  story: "The first event is sent only when the engine has answered, so not while it loads a model.",
  seenIn: "the contract, section 1: the first byte leaves before the engine is asked",
  caughtBy: ["sse/first-byte"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteEvents(() => {
        let held: string | undefined = "";
        return {
          frame({ text, event, isComment }) {
            if (held === undefined) return text;
            if (isComment) return text;
            held += text;
            if (event?.type === "started") return "";
            if (event?.type === "status_update" && event.status !== "error") return "";
            onApplied();
            const both = held;
            held = undefined;
            return both;
          },
          end: () => held ?? "",
        };
      }),
    },
  }),
};
