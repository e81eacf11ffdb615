import { UserError } from "../errors/user-error.ts";
import type { Suite } from "./define-check.ts";
import type { Shard } from "./run-report.ts";

/** Which checks of the suites are to be run. */
export interface Selection {
  /** A check is run where its id or its claim matches. */
  readonly grep?: Pick<RegExp, "test"> | undefined;
  /** A check is left out where its id or its claim matches. */
  readonly grepInvert?: Pick<RegExp, "test"> | undefined;
  /** The ids of the only checks that are run; all where undefined. */
  readonly ids?: readonly string[] | undefined;
  /** The part of all these checks that this run makes. */
  readonly shard?: Shard | undefined;
}

/**
 * The suites with the checks that are selected, without suites that have none left. Shards are even to one
 * check, and together they are the whole. Throws a UserError where nothing is left.
 */
export function selectChecks<Target>(
  suites: readonly Suite<Target>[],
  { grep, grepInvert, ids, shard }: Selection,
): Suite<Target>[] {
  let place = 0;
  const isSelected = ({ id, claim }: { id: string; claim: string }): boolean => {
    if (ids !== undefined && !ids.includes(id)) return false;
    if (grep !== undefined && !grep.test(id) && !grep.test(claim)) return false;
    if (grepInvert?.test(id) || grepInvert?.test(claim)) return false;
    place += 1;
    return shard === undefined || (place - 1) % shard.of === shard.index - 1;
  };
  const selected = suites
    .map((suite) => ({ ...suite, checks: suite.checks.filter(isSelected) }))
    .filter(({ checks }) => checks.length > 0);
  if (selected.length > 0) return selected;
  const hint = "Run with --list to see what there is.";
  throw new UserError("nothing_selected", "No check is selected, so nothing would be proved.", { hint });
}

/** Reads `2/3`. Throws a UserError. */
export function parseShard(text: string): Shard {
  const [, index = 0, of = 0] = /^(\d{1,4})\/(\d{1,4})$/.exec(text)?.map(Number) ?? [];
  if (index >= 1 && index <= of) return { index, of };
  throw new UserError(
    "bad_flag",
    `--shard must be a part and the number of parts, such as 2/3; it is "${text}".`,
  );
}
