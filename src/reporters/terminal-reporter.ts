import type { Comparison } from "../harness/compare-runs.ts";
import type { Broken } from "../harness/define-check.ts";
import type { CheckResult, Counts, RunEvent, RunReport, SuiteReport } from "../harness/run-report.ts";
import { NEVER_JUDGED } from "../harness/target-errors.ts";
import { paint, styled, type Text } from "../text/styled-text.ts";
import { deletedAgainWords, leftBehindWords } from "./left-behind-words.ts";
import { createLoadReporter } from "./load-lines.ts";
import { countWords, secondsWords } from "./report-words.ts";

/** What a reporter writes to; `src/cli/screen.ts` makes one of a stream. */
export interface ReportScreen {
  line(text?: Text, indent?: number): void;
  /** A line to be copied: nobody but the terminal itself breaks it. */
  unwrapped(text: Text): void;
  progress(text: Text): void;
}

/** Where the details of a broken claim begin. */
const INDENT = 17;

/** Enough to see what is wrong; more would hide it. */
const MOST_ROWS = 8;
const LONGEST_VALUE = 48;

/**
 * Reports a run to a person. One suite: a line a claim, and under a broken one what shows it and where to
 * look. Several: a line a suite, and under it only the claims that do not hold.
 */
export function createTerminalReporter(screen: ReportScreen): (event: RunEvent) => void {
  let report = claimByClaim(screen);
  const reportLoad = createLoadReporter(screen);
  return (event) => {
    if (event.type === "load-progress" || event.type === "load-ended") {
      reportLoad(event);
    } else if (event.type === "run-started") {
      report = event.suites.length === 1 ? claimByClaim(screen) : suiteBySuite(screen);
      screen.line(styled`  Target: ${event.target}`, 4);
      screen.line();
    } else if (event.type === "run-ended") {
      reportEnd(screen, event.report);
    } else {
      report(event);
    }
  };
}

function claimByClaim(screen: ReportScreen): (event: RunEvent) => void {
  return (event) => {
    if (event.type === "check-started") screen.progress(`  … ${event.claim}`);
    if (event.type === "check-ended") reportCheck(screen, event.result);
  };
}

function suiteBySuite(screen: ReportScreen): (event: RunEvent) => void {
  const trouble: CheckResult[] = [];
  return (event) => {
    if (event.type === "check-started") screen.progress(`  … ${event.id}`);
    if (event.type === "check-ended" && event.result.outcome.verdict !== "holds") trouble.push(event.result);
    if (event.type !== "suite-ended") return;
    const all = trouble.splice(0);
    const told = all.filter((result) => !isNeverJudged(result));
    reportSuite(screen, event.suite, all.length - told.length);
    const inside = indented(screen);
    const groups = skippedTogether(told);
    for (const result of told)
      if (!groups.some(({ ids }) => ids.includes(result.id))) reportCheck(inside, result);
    for (const group of groups) reportSkipped(inside, group);
  };
}

/** Whether nothing would let this claim be judged here: what is said of it once is enough for a person. */
function isNeverJudged({ outcome }: CheckResult): boolean {
  return outcome.verdict === "skipped" && outcome.reason.endsWith(NEVER_JUDGED);
}

/** How many of these claims are skipped for each reason. */
function countsOf(results: readonly CheckResult[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { outcome } of results) {
    if (outcome.verdict === "skipped") counts.set(outcome.reason, (counts.get(outcome.reason) ?? 0) + 1);
  }
  return counts;
}

/** Without so many claims that are never judged here. */
function countsWithout(counts: Counts, never: number): Counts {
  return { ...counts, skipped: counts.skipped - never };
}

/** How many claims that are skipped for one reason are told in one. */
const TOGETHER = 3;

/** Claims that are skipped for the same reason, and the reason. */
interface SkippedGroup {
  readonly reason: string;
  readonly ids: readonly string[];
}

function skippedTogether(results: readonly CheckResult[]): SkippedGroup[] {
  const groups = new Map<string, string[]>();
  for (const { id, outcome } of results) {
    if (outcome.verdict !== "skipped") continue;
    groups.set(outcome.reason, [...(groups.get(outcome.reason) ?? []), id]);
  }
  return [...groups].map(([reason, ids]) => ({ reason, ids })).filter(({ ids }) => ids.length >= TOGETHER);
}

function reportSkipped(screen: ReportScreen, { reason, ids }: SkippedGroup): void {
  const names = ids.map((id) => id.split("/").slice(1).join("/"));
  screen.line(styled`  ${paint("quiet", "-")} ${ids.length} claims: ${paint("quiet", names.join(", "))}`, 4);
  detail(screen, "skipped", reason);
}

/** The same screen, two columns further in. */
function indented(screen: ReportScreen): ReportScreen {
  return {
    ...screen,
    line: (text = "", indent = 0) => screen.line(styled`  ${text}`, indent + 2),
    unwrapped: (text) => screen.unwrapped(styled`  ${text}`),
  };
}

function reportSuite(screen: ReportScreen, { name, duration_ms, counts }: SuiteReport, never: number): void {
  const isBad = counts.broken + counts.flaky + counts.could_not_run > 0;
  // A suite of which nothing was tried, because the run was interrupted before it, is neither good nor bad.
  const isTried = Object.values(counts).some((count) => count > 0);
  // What was left out altogether shows nothing, either.
  const mark = isBad ? paint("bad", "✗") : counts.holds > 0 ? paint("good", "✓") : paint("quiet", "·");
  const isOthers = never > 0 && counts.skipped === never && counts.holds === 0 && !isBad;
  const judged = isOthers
    ? "is about what this target does not have"
    : countWords(countsWithout(counts, never));
  const words = isTried ? judged : "not tried";
  const took = paint("quiet", secondsWords(duration_ms));
  screen.line(styled`  ${mark} ${paint("strong", name.padEnd(INDENT + 3))} ${words}  ${took}`, 4);
}

function reportCheck(screen: ReportScreen, result: CheckResult): void {
  const { claim, outcome, look_at } = result;
  switch (outcome.verdict) {
    case "holds":
      screen.line(styled`  ${paint("good", "✓")} ${claim}`, 4);
      break;
    case "broken":
      screen.line(styled`  ${paint("bad", "✗")} ${paint("strong", claim)}`, 4);
      reportBroken(screen, outcome, look_at);
      reportCommands(screen, result);
      break;
    case "flaky":
      screen.line(styled`  ${paint("bad", "~")} ${paint("strong", claim)}`, 4);
      detail(screen, "flaky", `held at attempt ${result.attempts}; before that it did not:`);
      if (outcome.first.verdict === "broken") reportBroken(screen, outcome.first, look_at);
      if (outcome.first.verdict === "could-not-run") detail(screen, "not run", outcome.first.reason);
      break;
    case "skipped":
      screen.line(styled`  ${paint("quiet", "-")} ${claim}`, 4);
      detail(screen, "skipped", outcome.reason);
      break;
    case "could-not-run":
      screen.line(styled`  ${paint("bad", "?")} ${claim}`, 4);
      detail(screen, "not run", outcome.reason);
      reportCommands(screen, result);
      break;
  }
}

/** What shows it again, to be copied. */
function reportCommands(screen: ReportScreen, { commands = [] }: CheckResult): void {
  for (const [index, command] of commands.entries()) {
    screen.unwrapped(detailLine(index === 0 ? "try" : "", paint("quiet", command)));
  }
}

function reportBroken(screen: ReportScreen, broken: Broken, lookAt: string): void {
  detail(screen, "expected", broken.expected);
  detail(screen, "found", paint("bad", broken.found));
  detail(screen, "seen", broken.seen);
  const { rows = [] } = broken;
  for (const row of rows.slice(0, MOST_ROWS)) detail(screen, "row", paint("quiet", shortRowWords(row)));
  if (rows.length > MOST_ROWS) detail(screen, "", `and ${rows.length - MOST_ROWS} more; --json has them all`);
  detail(screen, "look at", lookAt);
}

/** `message_id 2  session_id 1  model_id null  role assistant`: the row's short values, by name. */
function shortRowWords(row: unknown): string {
  if (typeof row !== "object" || row === null) return JSON.stringify(row);
  return (
    Object.entries(row)
      // What was not told is not shown.
      .filter(([, value]) => value !== undefined)
      .filter(([name, value]) => typeof value !== "object" || (value === null && name.endsWith("_id")))
      .map(([name, value]) => `${name} ${valueWords(value)}`)
      .join("  ")
  );
}

function valueWords(value: unknown): string {
  const text = String(value);
  const short = text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
  return /\s/.test(short) || short === "" ? JSON.stringify(short) : short;
}

function detail(screen: ReportScreen, name: string, text: Text): void {
  screen.line(detailLine(name, text), INDENT);
}

function detailLine(name: string, text: Text): Text {
  return styled`      ${name.padEnd(INDENT - 6)}${text}`;
}

function reportEnd(screen: ReportScreen, report: RunReport): void {
  const { counts, duration_ms, left_behind, results, suites } = report;
  // Of one suite each claim has had its line.
  const never = suites.length > 1 ? results.filter(isNeverJudged) : [];
  const summary = `${countWords(countsWithout(counts, never.length))} in ${secondsWords(duration_ms)}.`;
  const isBad = counts.broken + counts.flaky + counts.could_not_run > 0;
  const tone = isBad ? "bad" : counts.holds > 0 ? "good" : "strong";
  screen.line();
  if (report.interrupted) screen.line("  Interrupted.");
  if (report.stopped_early)
    screen.line("  Stopped early: as many claims did not hold as --max-failures allows.", 2);
  screen.line(styled`  ${paint(tone, summary)} ${deletedAgainWords(left_behind)}`.trimEnd(), 2);
  for (const [reason, count] of countsOf(never)) {
    const words = `${count} more ${count === 1 ? "does" : "do"} not apply (--json names them): ${reason}.`;
    screen.line(styled`  ${paint("quiet", words)}`, 2);
  }
  if (isBad) screen.line(styled`  The same run again: --seed ${report.seed}`, 2);
  for (const what of leftBehindWords(left_behind))
    screen.line(styled`  ${paint("bad", "left behind")}  ${what}`, 4);
}

/** What has changed since an earlier run. */
export function reportComparison(screen: ReportScreen, compared: Comparison): void {
  const lists = [
    ["new", compared.newly_broken],
    ["fixed", compared.fixed],
    ["as before", compared.still_broken],
  ] as const;
  screen.line("  Against the baseline:");
  for (const [name, ids] of lists) detail(screen, name, ids.length === 0 ? "none" : ids.join(", "));
}
