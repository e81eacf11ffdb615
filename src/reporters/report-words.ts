import type { CheckResult, Counts } from "../harness/run-report.ts";

/** `1.2 s`, from milliseconds. */
export function secondsWords(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** `caught by http/host and 2 more` */
export function caughtByWords([first = "", ...rest]: readonly string[]): string {
  return rest.length === 0 ? `caught by ${first}` : `caught by ${first} and ${rest.length} more`;
}

/** What is wrong with a result, in one line; undefined where nothing is. */
export function troubleIn({ outcome, attempts }: CheckResult): string | undefined {
  switch (outcome.verdict) {
    case "holds":
    case "skipped":
      return undefined;
    case "broken":
      return `expected ${outcome.expected}; found ${outcome.found}`;
    case "flaky":
      return `held only at attempt ${attempts}`;
    case "could-not-run":
      return outcome.reason;
  }
}

/** Everything that a person wants to know of a result that does not hold, in lines. */
export function detailsOf(result: CheckResult): string[] {
  const { outcome } = result;
  const shown = outcome.verdict === "flaky" ? outcome.first : outcome;
  const trouble = outcome.verdict === "flaky" ? [troubleIn(result) ?? ""] : [];
  if (shown.verdict === "skipped" || shown.verdict === "could-not-run") return [...trouble, shown.reason];
  if (shown.verdict === "holds") return [shown.seen];
  const rows = (shown.rows ?? []).map((row) => `row: ${rowAsJson(row)}`);
  return [
    ...trouble,
    `expected: ${shown.expected}`,
    `found: ${shown.found}`,
    `seen: ${shown.seen}`,
    ...rows,
    `look at: ${result.look_at}`,
    `why: ${result.why}`,
    ...(result.commands ?? []).map((command) => `try: ${command}`),
  ];
}

/** `9 hold, 0 broken, 0 skipped`; the rarer kinds only where there are any. */
export function countWords(counts: Counts): string {
  const parts = [`${counts.holds} hold`, `${counts.broken} broken`, `${counts.skipped} skipped`];
  if (counts.flaky > 0) parts.push(`${counts.flaky} flaky`);
  if (counts.could_not_run > 0) parts.push(`${counts.could_not_run} could not run`);
  return parts.join(", ");
}

/** A row as JSON; what is nested deeper than JSON can be written is only named. */
function rowAsJson(row: unknown): string {
  try {
    return JSON.stringify(row) ?? "null";
  } catch {
    return "nested too deep to be shown; --evidence DIR has it";
  }
}
