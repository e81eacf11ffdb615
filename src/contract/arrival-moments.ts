/** What comes within this time of what came before is of the same moment, in milliseconds. */
const TOGETHER_MS = 5;

/**
 * The moments at which something came: `moments_sent` of a generation counts those of its bytes, and whoever compares them with
 * what arrived counts by the same rule.
 *
 * @param times when each piece of it came, in their order, in milliseconds
 */
export function arrivalMoments(times: readonly number[]): readonly number[] {
  return times.filter((at, index) => at - (times[index - 1] ?? Number.NEGATIVE_INFINITY) > TOGETHER_MS);
}
