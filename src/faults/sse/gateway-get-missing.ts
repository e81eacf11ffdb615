import type { Fault } from "../fault.ts";

/** S9. */
export const gatewayGetMissing: Fault = {
  name: "gateway-get-missing",
  story: "The gateway's GET /chat/stream/{session_id} answers 501; the HMI must go on by its POST.",
  seenIn: 'the seeds, known gaps: "GET /chat/stream/{session_id}: Currently returns 501"',
  caughtBy: ["sse/gateway-join", "isolation/another-stream"],
  overrides: (onApplied) => ({
    wire: {
      gateway: {
        answer({ method, path }) {
          if (method !== "GET" || !path.startsWith("/chat/stream/")) return undefined;
          onApplied();
          const error = { code: "not_implemented", message: "Streaming a session is not implemented." };
          return { status: 501, body: JSON.stringify({ error }) };
        },
      },
    },
  }),
};
