import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteEvents } from "../tools/rewrite-events.ts";
import { paramsOf } from "../tools/route-params.ts";

export const reloadAfterRestartEmpty: Fault = {
  name: "reload-after-restart-empty",
  story: "The first reply that is shown again after a restart of the HMI has no text: it was kept in memory.",
  seenIn: "the contract, section 4: after a reload the exchange is there, in order, whole",
  caughtBy: ["drill/hmi-shown"],
  actsIn: ["drill"],
  overrides(onApplied) {
    let starts = 0;
    let isForgotten = false;
    return {
      gateway(client) {
        starts += 1;
        isForgotten = starts > 1;
        return client;
      },
      wire: {
        hmi: rewriteEvents(
          () => {
            isForgotten = false;
            return {
              frame({ text, event }) {
                if (event?.type !== "token") return text;
                onApplied();
                return "";
              },
            };
          },
          (request) => isForgotten && paramsOf(hmiRoutes.stream, request) !== undefined,
        ),
      },
    };
  },
};
