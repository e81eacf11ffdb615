import type { Fault } from "../fault.ts";
import { rewriteChunks } from "../tools/rewrite-lines.ts";

/** Row 29. */
export const linesCut: Fault = {
  name: "lines-cut",
  story: "The engine's lines are read chunk by chunk, so that a line over two chunks is lost.",
  seenIn: "spiceai/spiceai#12588",
  caughtBy: ["sse/text"],
  actsIn: ["sse"],
  overrides: (onApplied) => ({
    wire: {
      engine: rewriteChunks((bytes) => {
        const lines = bytes.toString("utf8").split(/(?<=\n)/);
        const whole = lines.filter((line) => line.startsWith("{") && line.endsWith("}\n"));
        if (whole.length < lines.length) onApplied();
        return Buffer.from(whole.join(""));
      }),
    },
  }),
};
