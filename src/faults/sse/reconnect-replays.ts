import type { Fault } from "../fault.ts";

/** Row 34. */
export const reconnectReplays: Fault = {
  name: "reconnect-replays",
  story: "Last-Event-ID is ignored: a reader that comes back is sent the whole reply again.",
  seenIn: "cloudflare/agents#1733",
  caughtBy: ["sse/reconnect", "sse/after-done"],
  actsIn: ["sse"],
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        request(request) {
          const { "last-event-id": lastEventId, ...headers } = request.headers;
          if (lastEventId === undefined || !request.path.startsWith("/api/chat/stream/")) return request;
          onApplied();
          return { ...request, headers };
        },
      },
    },
  }),
};
