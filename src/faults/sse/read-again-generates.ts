import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteEvents } from "../tools/rewrite-events.ts";

const STREAM = /^\/api\/chat\/stream\/(\w+)$/;
const SENDS: ReadonlySet<string> = new Set([hmiRoutes.sendMessage.pattern, hmiRoutes.generalStream.pattern]);

/** Row 43. */
export const readAgainGenerates: Fault = {
  name: "read-again-generates",
  story: "A finished stream that is read again is generated again, and the conversation has another reply.",
  seenIn: "docs/faults.md, row 43",
  caughtBy: ["sse/read-again"],
  actsIn: ["sse", "persistence"],
  overrides: (onApplied) => {
    /** The conversations whose reply was read to its end. */
    const read = new Set<string>();
    return {
      wire: {
        hmi: {
          request(request) {
            const isAsked =
              SENDS.has(request.path.split("?", 1)[0] ?? "") || request.path.endsWith("/regenerate");
            if (isAsked) read.clear();
            const session_id = STREAM.exec(request.path)?.[1] ?? "";
            // A client that says where it left off is another bug's.
            const isPlain = request.headers["last-event-id"] === undefined;
            if (!read.has(session_id) || !isPlain) return request;
            onApplied();
            const path = hmiRoutes.generalStream.path(undefined, { message: "Say it again.", session_id });
            return { ...request, path };
          },
          ...rewriteEvents(
            ({ request }) => ({
              frame({ text, event }) {
                const isWhole =
                  event?.type === "done" &&
                  event.finish_reason !== "error" &&
                  event.finish_reason !== "cancelled";
                if (isWhole) read.add(STREAM.exec(request.path)?.[1] ?? "");
                return text;
              },
            }),
            ({ path }) => STREAM.test(path),
          ),
        },
      },
    };
  },
};
