import type { ConfigProblem } from "../config-layer.ts";

/** Tells a problem of one service, by the path below it. */
export type ReportProblem = (
  path: readonly PropertyKey[],
  message: string,
  part?: ConfigProblem["part"],
) => void;
