import { setTimeout as pause } from "node:timers/promises";
import { LOAD } from "../counting-replies.ts";
import type { Fault } from "../fault.ts";
import { withMethod } from "../wrap-store.ts";

/** More than the contract allows, in milliseconds. */
const LOCKED_MS = 600;

/** A lock that nobody feels alone. */
export const slowToAccept: Fault = {
  name: "slow-to-accept",
  story: "While many replies are written, the database is locked, and a new message waits for it.",
  seenIn: "the contract, section 6",
  caughtBy: ["sla/accepted"],
  actsIn: ["cancel", "persistence", "sla"],
  overrides(onApplied) {
    const streaming = new Set<string>();
    return {
      store: (store) => {
        const beginning = withMethod(store, "messages", "begin", async (exchange) => {
          if (streaming.size >= LOAD) {
            onApplied();
            await pause(LOCKED_MS);
          }
          const begun = await store.messages.begin(exchange);
          streaming.add(begun.reply.message_id);
          return begun;
        });
        return withMethod(beginning, "messages", "finish", async (messageId, ending) => {
          streaming.delete(messageId);
          await store.messages.finish(messageId, ending);
        });
      },
    };
  },
};
