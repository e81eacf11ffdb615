import { createGzip } from "node:zlib";
import type { TappedAnswer } from "../../tap/tap-rewrite.ts";
import type { Fault } from "../fault.ts";
import { isEventStream } from "../tools/rewrite-events.ts";

/** Row 32. */
export const streamCompressed: Fault = {
  name: "stream-compressed",
  story: "A stream is compressed for whoever accepts that, and so held back until it is whole.",
  seenIn: "docs/faults.md, row 32",
  caughtBy: ["sse/headers"],
  actsIn: ["sse"],
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        head(answer) {
          if (!isCompressible(answer)) return answer;
          onApplied();
          return { ...answer, headers: { ...answer.headers, "content-encoding": "gzip" } };
        },
        body: (answer) => (isCompressible(answer) ? createGzip() : undefined),
      },
    },
  }),
};

function isCompressible(answer: TappedAnswer): boolean {
  return isEventStream(answer) && String(answer.request.headers["accept-encoding"]).includes("gzip");
}
