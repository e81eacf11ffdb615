import type { Fault } from "../fault.ts";
import { isGeneralStream } from "../tools/rewrite-events.ts";

/** What many frameworks do unless they are told not to. */
export const headRunsGet: Fault = {
  name: "head-runs-get",
  story: "HEAD runs the handler of GET, so that a look at the general stream sends a message.",
  seenIn: "the contract, section 3: the general stream is a GET that saves and generates",
  caughtBy: ["http/harmless"],
  actsIn: ["http"],
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        request(request) {
          if (request.method !== "HEAD" || !isGeneralStream(request)) return request;
          onApplied();
          return { ...request, method: "GET" };
        },
      },
    },
  }),
};
