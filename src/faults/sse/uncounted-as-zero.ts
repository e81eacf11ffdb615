import { usageOf } from "../../contract/event-schemas.ts";
import type { Fault } from "../fault.ts";
import { changeGatewayEvents } from "../tools/change-gateway-events.ts";

/** A nought that nobody counted. */
export const uncountedAsZero: Fault = {
  name: "uncounted-as-zero",
  story: "Where the engine has told no counts, a reply is told and saved as one that took none.",
  seenIn: "the contract, section 1: null where nobody counted",
  caughtBy: ["sse/uncounted", "cancel/usage"],
  actsIn: ["cancel", "sse", "persistence", "regenerate", "limits", "drill"],
  overrides: (onApplied) => ({
    gateway: (client) =>
      changeGatewayEvents(
        client,
        (event) => {
          if (event.type !== "usage") return event;
          const { prompt_tokens, completion_tokens } = event.usage;
          if (prompt_tokens !== null && completion_tokens !== null) return event;
          return { ...event, usage: usageOf(prompt_tokens ?? 0, completion_tokens ?? 0) };
        },
        onApplied,
      ),
  }),
};
