import { type Broken, CouldNotRun } from "./define-check.ts";
import { NotObservable } from "./target-errors.ts";

/**
 * The first of the things seen that is broken; undefined where each of them is as it must be. What cannot be judged of one is
 * thrown where none of the others was seen broken. Throws {@link CouldNotRun} where nothing was seen: that shows nothing, and
 * must not pass for a claim that holds.
 */
export function firstBroken<Seen>(
  seen: readonly Seen[],
  judge: (one: Seen) => Broken | undefined,
): Broken | undefined {
  if (seen.length === 0) throw new CouldNotRun("nothing was seen, so there is nothing to judge");
  const unjudged: unknown[] = [];
  for (const one of seen) {
    try {
      const broken = judge(one);
      if (broken !== undefined) return broken;
    } catch (error) {
      if (!(error instanceof NotObservable || error instanceof CouldNotRun)) throw error;
      unjudged.push(error);
    }
  }
  if (unjudged.length > 0) throw unjudged[0];
  return undefined;
}
