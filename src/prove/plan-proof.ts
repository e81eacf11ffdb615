import type { Fault } from "../faults/find-fault.ts";
import type { Suite } from "../harness/define-check.ts";
import type { Target } from "../targets/open-target.ts";
import { REPLICAS } from "../verify/in-process-replicas.ts";

/** One suite that is judged on a fresh stack with these faults switched on. */
export interface ProofJob {
  readonly suite: string;
  /** Names. Several at once only where none of them is expected to act. */
  readonly faults: readonly string[];
  /** How often the same has been judged before; left out for never. */
  readonly triesBefore?: number;
}

/** How many faults that do not act are tried at once: who passes on what a hundred others pass on adds little to a request. */
const TOGETHER = 60;

/** Whether a fault is tried in this suite: a bug of several copies in that of several copies alone, and no other there. */
export function isTriedIn(suite: string, { ofCopies, caughtBy }: Fault): boolean {
  // Without a bug every suite is judged.
  return caughtBy.length === 0 || (suite === REPLICAS) === (ofCopies === true);
}

/**
 * What must be judged to prove these faults in these suites. Where a fault acts, it is alone. Where it does not, a
 * suite is as without it, whatever else is on and does not act either: that is seen for many at once.
 */
export function planProof(faults: readonly Fault[], suites: readonly Suite<Target>[]): ProofJob[] {
  const together = suites.flatMap(({ name: suite }) => {
    const tried = faults.filter((fault) => isTriedIn(suite, fault));
    const quiet = tried.filter((fault) => !isExpectedIn(suite, fault)).map(({ name }) => name);
    return chunksOf(TOGETHER, quiet).map((names): ProofJob => ({ suite, faults: names }));
  });
  const alone = faults.flatMap((fault) => {
    const expected = suites.filter(({ name }) => isTriedIn(name, fault) && isExpectedIn(name, fault));
    return expected.map(({ name: suite }): ProofJob => ({ suite, faults: [fault.name] }));
  });
  // What may have to be tried again comes first.
  return [...together, ...alone];
}

function isExpectedIn(suite: string, { actsIn, caughtBy, alsoStops = [] }: Fault): boolean {
  if (actsIn === undefined || actsIn.includes(suite)) return true;
  return [...caughtBy, ...alsoStops].some((id) => id.startsWith(`${suite}/`));
}

function chunksOf<Item>(size: number, items: readonly Item[]): Item[][] {
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, index) => index * size);
  return starts.map((start) => items.slice(start, start + size));
}
