import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteEvents } from "../tools/rewrite-events.ts";
import { paramsOf } from "../tools/route-params.ts";

/** A second tab that is not told. */
export const cancelToldToOneReader: Fault = {
  name: "cancel-told-to-one-reader",
  story: "Of several readers of a reply only the first is told that it was cancelled.",
  seenIn: "the contract, section 2: every subscriber sees the cancelled ending",
  caughtBy: ["cancel/every-reader"],
  actsIn: ["cancel", "persistence"],
  overrides(onApplied) {
    /** Replies that have a reader already, by the key of their first event. */
    const read = new Set<string>();
    return {
      wire: {
        hmi: rewriteEvents(
          () => {
            let isSecond: boolean | undefined;
            let isCancelled = false;
            return {
              frame({ event, id, text }) {
                if (event === undefined) return text;
                isSecond ??= read.has(id.messageId);
                read.add(id.messageId);
                isCancelled ||= event.type === "status_update" && event.status === "cancelled";
                if (!isSecond || !isCancelled) return text;
                onApplied();
                return "";
              },
            };
          },
          (request) => paramsOf(hmiRoutes.stream, request) !== undefined,
        ),
      },
    };
  },
};
