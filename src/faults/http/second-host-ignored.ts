import type { Fault } from "../fault.ts";

/** What frameworks do that keep headers in a map. */
export const secondHostIgnored: Fault = {
  name: "second-host-ignored",
  story: "Of two Host headers the first is taken, and the second is not looked at.",
  seenIn: "the contract, section 7: two Host headers are 400",
  caughtBy: ["http/one-host"],
  actsIn: ["http"],
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        request(request) {
          const [first, ...more] = request.hosts;
          if (first === undefined || more.length === 0) return request;
          onApplied();
          return { ...request, hosts: [first] };
        },
      },
    },
  }),
};
