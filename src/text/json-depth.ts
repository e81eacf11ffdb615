/**
 * Evidence is gone through and written by recursion, which ends where there is no more room for it: what others say is
 * taken for JSON only where it is no deeper than this.
 */
export const DEEPEST_JSON = 500;

/** Whether a value is nested deeper than that; not by recursion itself. */
export function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST_JSON) return true;
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
  }
  return false;
}
