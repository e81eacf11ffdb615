import type { ConfigProblem } from "./config-layer.ts";
import type { Settings } from "./config-schema.ts";

/** Our own wire is the contract's: a description beside it would be read by nobody. */
export function unusedWireProblems({
  contract: { driver, wire },
}: Pick<Settings, "contract">): ConfigProblem[] {
  if (driver !== "ours" || Object.keys(wire).length === 0) return [];
  const message =
    "is read for other drivers than ours: name the one that is near in contract.driver, or `described`";
  return [{ path: ["contract", "wire"], part: "value", message }];
}
