import type { Suite } from "../harness/define-check.ts";
import type { Target } from "../targets/open-target.ts";

/** Where something of ours is written down: who has another wire has not read it, and none of it was promised there. */
const OUR_DOCUMENTS = / \((?:contract, sections? |docs\/faults\.md, rows? |BUG-)[^)]*\)/g;

/** The suite in the words for a target that does not follow docs/contract.md. */
export function inForeignWords({
  title,
  foreignTitle = title,
  checks,
  ...suite
}: Suite<Target>): Suite<Target> {
  return {
    ...suite,
    title: withoutOurDocuments(foreignTitle),
    checks: checks.map((check) => {
      const { claim, why, lookAt } = { ...check, ...check.foreignWords };
      return { ...check, claim, why: withoutOurDocuments(why), lookAt };
    }),
  };
}

function withoutOurDocuments(words: string): string {
  return words.replaceAll(OUR_DOCUMENTS, "");
}
