/** Microseconds on the clock that all processes of a machine share, from a start that nobody knows. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
