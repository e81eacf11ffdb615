import type { Fault } from "../fault.ts";

/** What guards do that look at the method alone: to them a GET is harmless. */
export const originUncheckedForGet: Fault = {
  name: "origin-unchecked-for-get",
  story:
    "A GET that sends a message is answered whatever site's page it comes from; other methods are looked at.",
  seenIn: "the contract, section 7: two GETs change something",
  caughtBy: ["http/origin"],
  actsIn: ["http"],
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        request(request) {
          const { origin, "sec-fetch-site": site, ...headers } = request.headers;
          if (request.method !== "GET" || (origin === undefined && site === undefined)) return request;
          onApplied();
          return { ...request, headers };
        },
      },
    },
  }),
};
