import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { countReplies, LOAD } from "../tools/count-replies.ts";

/** More than the contract allows at P95, in milliseconds. */
const QUEUED_MS = 1_600;

/** A pool that is large enough for one who tries it. */
export const slowFirstToken: Fault = {
  name: "slow-first-token",
  story: "The gateway asks for a few replies at a time; the others wait in line.",
  seenIn: "the contract, section 6",
  caughtBy: ["sla/first-token"],
  actsIn: ["persistence", "sla"],
  overrides: (onApplied) => ({
    engine: (client) =>
      countReplies(client, async function* (running, request, signal) {
        if (running() > LOAD) {
          onApplied();
          await pause(QUEUED_MS, undefined, { signal });
        }
        yield* client.chat(request, signal);
      }),
  }),
};
