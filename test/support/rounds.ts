/**
 * How often a test tries that looks for what happens rarely: some of it on every run, all of it with `THOROUGH=1`,
 * as once a week in the workflow of this repository.
 */
export function rounds(usually: number, thoroughly: number): number {
  return process.env["THOROUGH"] === "1" ? thoroughly : usually;
}
