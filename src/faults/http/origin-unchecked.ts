import type { Fault } from "../fault.ts";

/** What a forged request from another site needs. */
export const originUnchecked: Fault = {
  name: "origin-unchecked",
  story: "Nobody looks which site's page makes a call that changes something.",
  seenIn: "the contract, section 7: state-changing calls need a same-origin Origin",
  caughtBy: ["http/origin"],
  actsIn: ["http"],
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        request(request) {
          const { origin, "sec-fetch-site": site, ...headers } = request.headers;
          if (origin === undefined && site === undefined) return request;
          onApplied();
          return { ...request, headers };
        },
      },
    },
  }),
};
