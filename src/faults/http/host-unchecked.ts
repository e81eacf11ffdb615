import type { Fault } from "../fault.ts";

/** What DNS rebinding needs. */
export const hostUnchecked: Fault = {
  name: "host-unchecked",
  story: "A call is answered whatever host it names.",
  seenIn: "the contract, section 7: Host must be a configured name",
  caughtBy: ["http/host"],
  actsIn: ["http"],
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        request(request) {
          const { host = "" } = request.headers;
          if (/^(?:127\.|localhost|\[)/.test(host)) return request;
          onApplied();
          return { ...request, headers: { ...request.headers, host: "localhost" } };
        },
      },
    },
  }),
};
