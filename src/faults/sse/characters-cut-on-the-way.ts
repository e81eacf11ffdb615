import { Transform } from "node:stream";
import type { Fault } from "../fault.ts";
import { isEventStream } from "../tools/rewrite-events.ts";
import { isStreamed } from "../tools/rewrite-pieces.ts";

/** Row 28. */
export const charactersCutOnTheWay: Fault = {
  name: "characters-cut-on-the-way",
  story: "A proxy decodes a stream piece by piece, so that a character over two pieces is lost.",
  seenIn: "docs/faults.md, row 28",
  caughtBy: ["sse/text", "persistence/complete"],
  actsIn: ["sse", "persistence"],
  onAnyWire: "a streamed answer with characters of several bytes",
  overrides: (onApplied, reach) => ({
    wire: {
      hmi: {
        body(answer) {
          if (!(reach === "any-wire" ? isStreamed : isEventStream)(answer)) return undefined;
          return new Transform({
            transform(bytes: Buffer, _, done) {
              const decoded = decodedByteByByte(bytes);
              if (!decoded.equals(bytes)) onApplied();
              done(null, decoded);
            },
          });
        },
      },
    },
  }),
};

/** The smallest pieces, so that it does not hang on chance which characters are cut. */
function decodedByteByByte(bytes: Buffer): Buffer {
  return Buffer.concat([...bytes].map((byte) => Buffer.from(Buffer.of(byte).toString("utf8"))));
}
