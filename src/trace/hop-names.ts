/** The hops of a message, from the engine outwards. */
export const HOPS = ["engine", "gateway", "hmi", "proxy"] as const;

/** `proxy` is whatever stands at the address given with `--via`. */
export type HopName = (typeof HOPS)[number];

/** A hop as a sentence calls it. */
export const HOP_TITLES: Readonly<Record<HopName, string>> = {
  engine: "the engine",
  gateway: "the gateway",
  hmi: "the HMI",
  proxy: "the proxy",
};
