import type { ConfigFault } from "../config-layer.ts";

/** Tells a fault of one service, by the path below it. */
export type Tell = (path: readonly PropertyKey[], message: string, part?: ConfigFault["part"]) => void;
