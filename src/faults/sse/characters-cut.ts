import type { Fault } from "../fault.ts";
import { rewriteChunks } from "../tools/rewrite-lines.ts";

/** Row 28. */
export const charactersCut: Fault = {
  name: "characters-cut",
  story: "The engine's bytes are decoded chunk by chunk, so that a character over two chunks is lost.",
  seenIn: "ollama/ollama-js#255",
  caughtBy: ["sse/text"],
  actsIn: ["sse"],
  overrides: (onApplied) => ({
    wire: {
      engine: rewriteChunks((bytes) => {
        const decoded = Buffer.from(bytes.toString("utf8"));
        if (!decoded.equals(bytes)) onApplied();
        return decoded;
      }),
    },
  }),
};
