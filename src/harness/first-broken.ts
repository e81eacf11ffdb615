import { type Broken, CouldNotRun } from "./define-check.ts";

/**
 * The first of the things seen that is broken; undefined where each of them is as it must be. Throws
 * {@link CouldNotRun} where nothing was seen: that shows nothing, and must not pass for a claim that holds.
 */
export function firstBroken<Seen>(
  seen: readonly Seen[],
  judge: (one: Seen) => Broken | undefined,
): Broken | undefined {
  if (seen.length === 0) throw new CouldNotRun("nothing was seen, so there is nothing to judge");
  return seen.map(judge).find((verdict) => verdict !== undefined);
}
