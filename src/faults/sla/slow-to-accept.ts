import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { LOAD } from "../tools/count-replies.ts";
import { countWrites } from "../tools/count-writes.ts";

/** More than the contract allows, in milliseconds. */
const LOCKED_MS = 600;

/** A lock that nobody feels alone. */
export const slowToAccept: Fault = {
  name: "slow-to-accept",
  story: "While many replies are written, the database is locked, and a new message waits for it.",
  seenIn: "the contract, section 6",
  caughtBy: ["sla/accepted"],
  actsIn: ["persistence", "sla"],
  overrides: (onApplied) => ({
    store: (store) =>
      countWrites(
        store,
        (own, _, exchange) => own.messages.begin(exchange),
        async (running) => {
          if (running < LOAD) return;
          onApplied();
          await pause(LOCKED_MS);
        },
      ),
  }),
};
