import { chooseDefaultModel } from "../contract/default-model-rule.ts";
import { isSameModelName } from "../contract/model-names.ts";

/** What a hop tells of models, before it is asked for one. */
export interface HopModels {
  /** The names that it lists; empty where it lists none. */
  readonly listed: readonly string[];
  /** Whether a message to it can name one. */
  readonly isNamed: boolean;
}

/** What somebody wishes for. */
export interface WishedModel {
  /** Named for this trace: whoever takes messages is asked for it, listed or not. */
  readonly given: string | undefined;
  /** Asked for where it is listed. */
  readonly configured: string | undefined;
}

/**
 * The model that each hop is asked for, by its own name for it: one that all of them list, where there is one; else for
 * each one that it lists, as near to the outermost's as can be seen. A hop that lists none is asked for the others'. Null
 * where nobody tells of any, and for a hop whose messages name none, where several could be meant.
 *
 * @param hops from the engine outwards
 */
export function chooseModels(
  hops: readonly (HopModels & { readonly isEngine: boolean })[],
  { given, configured = "" }: WishedModel,
): (string | null)[] {
  const listing = hops.filter(({ listed }) => listed.length > 0);
  // What a person talks to is what is followed.
  const front = listing.findLast(({ isNamed }) => isNamed)?.listed ?? [];
  const wished = given ?? commonModel(listing, configured) ?? chooseDefaultModel(front, configured);
  if (wished === undefined) return hops.map(() => null);
  const isCertain = listing.every(
    ({ listed }) => listed.length === 1 || findListed(listed, configured) !== undefined,
  );
  return hops.map(({ listed, isNamed, isEngine }) => {
    if (!isNamed && !isCertain) return null;
    const same = findListed(listed, wished);
    if (same !== undefined || listed.length === 0) return same ?? wished;
    // What is named is asked for, listed or not; but an engine need not know the names of a gateway before it.
    const isAlias = isEngine && listing.some((other) => findListed(other.listed, wished) !== undefined);
    return given === undefined || isAlias ? nearestModel(listed, wished, configured) : given;
  });
}

function commonModel(listing: readonly HopModels[], configured: string): string | undefined {
  const [first] = listing;
  return [configured, ...(first?.listed ?? [])].find(
    (name) => first && listing.every(({ listed }) => findListed(listed, name) !== undefined),
  );
}

/** Of one family where there is one: `smollm2:135m` may well be what a gateway calls `smollm2`. */
function nearestModel(listed: readonly string[], wished: string, configured: string): string {
  const family = (name: string): string => name.toLowerCase().replace(/^.*\//, "").replace(/:.*/, "");
  const near = listed.find((name) => family(name) === family(wished));
  return near ?? chooseDefaultModel(listed, configured) ?? wished;
}

function findListed(listed: readonly string[], wished: string): string | undefined {
  return listed.find((name) => name === wished) ?? listed.find((name) => isSameModelName(name, wished));
}
