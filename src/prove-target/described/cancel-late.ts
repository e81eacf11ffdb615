import { setTimeout as delay } from "node:timers/promises";
import type { DescribedFault } from "./described-fault.ts";
import { isDescribedCall } from "./is-described-call.ts";

/** A cancel takes its time on the way. */
export const cancelLate: DescribedFault = {
  name: "cancel-waits-for-engine",
  story: "A cancel is carried out, and answered, a second too late.",
  seenIn: "docs/contract.md, section 3: it answers within 1 s",
  caughtBy: ["cancel/mid-reply", "cancel/in-time"],
  changes: "the call that contract.wire.cancel names, which is held back on the way",
  begin({ cancel }, onApplied) {
    if (cancel === undefined || cancel === "close" || cancel.request === undefined) return undefined;
    const { request: call, body } = cancel;
    return {
      async answer(request) {
        if (!isDescribedCall({ request: call, body }, request)) return undefined;
        onApplied();
        await delay(LATE_MS);
        return undefined;
      },
    };
  },
};

const LATE_MS = 1_500;
