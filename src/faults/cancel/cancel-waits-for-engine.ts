import { setTimeout as sleep } from "node:timers/promises";
import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { paramsOf } from "../tools/route-params.ts";

/** Later than a cancel may be answered, in milliseconds. */
const LATE_MS = 1_200;

/** A Stop that hangs. */
export const cancelWaitsForEngine: Fault = {
  name: "cancel-waits-for-engine",
  story:
    "A cancel is answered when the engine has said its next word, and for an engine that hangs, late or never.",
  seenIn: "the contract, section 3: it answers within 1 s",
  caughtBy: ["cancel/in-time"],
  actsIn: ["cancel"],
  overrides(onApplied) {
    /** Conversations whose engine was told to say nothing more. */
    const stalled = new Set<string>();
    return {
      gateway: (client) => ({
        ...client,
        async *chat(request, signal) {
          const { options } = await request.question();
          if (options?.["stand_in_fail"] === "stall") stalled.add(request.session_id);
          yield* client.chat(request, signal);
        },
      }),
      wire: {
        hmi: {
          async head(answer) {
            const { request } = answer;
            const [sessionId] =
              paramsOf(hmiRoutes.cancel, request) ?? paramsOf(hmiRoutes.deleteSession, request) ?? [];
            if (sessionId === undefined || !stalled.has(sessionId)) return answer;
            onApplied();
            await sleep(LATE_MS);
            return answer;
          },
        },
      },
    };
  },
};
