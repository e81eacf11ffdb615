import type {
  Baseline,
  NotHolding,
  TargetFaultProof,
  TargetProofReport,
} from "../prove-target/target-proof-report.ts";
import { paint, styled } from "../text/styled-text.ts";
import { deletedAgainWords, leftBehindWords } from "./left-behind-words.ts";
import { FAULT_NAME_WIDTH } from "./proof-lines.ts";
import { caughtByWords, secondsWords } from "./report-words.ts";
import type { ReportScreen } from "./terminal-reporter.ts";

/** Tells what is looked at, and what holds there without a fault. */
export function reportBaseline(screen: ReportScreen, target: string, baseline: Baseline): void {
  screen.line(styled`  Target: ${target}`, 4);
  if (baseline.judged_by === "command") {
    const { command, duration_ms, requests } = baseline;
    const called = requests === 1 ? "1 request" : `${requests} requests`;
    const words = `Without a fault, "${command}" ends with exit code 0 after ${secondsWords(duration_ms)} and ${called}.`;
    screen.line(styled`  ${words}`, 2);
  } else {
    screen.line(styled`  Without a fault, ${baseline.holds} checks hold.`, 2);
    const others = ROWS.flatMap((verdict) => othersIn(verdict, baseline.not_holding));
    if (others.length > 0) screen.line(styled`  Others catch nothing here: ${others.join("; ")}.`, 4);
    for (const { id, verdict, reason } of baseline.not_holding) {
      if (verdict === "broken" || verdict === "flaky")
        screen.line(styled`    ${id}: ${paint("quiet", reason)}`, 6);
    }
  }
  screen.line();
}

const ROWS = ["broken", "flaky", "could-not-run", "skipped"] as const;

/** `2 broken (http/pages, http/assets)`; of those that are skipped, which were chosen to be, only how many. */
function othersIn(verdict: NotHolding["verdict"], all: readonly NotHolding[]): string[] {
  const ids = all.flatMap((each) => (each.verdict === verdict ? [each.id] : []));
  if (ids.length === 0) return [];
  const words = `${ids.length} ${WORDS[verdict]}`;
  return [verdict === "skipped" ? words : `${words} (${ids.join(", ")})`];
}

const WORDS = {
  broken: "broken",
  flaky: "flaky",
  "could-not-run": "could not run",
  skipped: "skipped",
} as const;

/**
 * Tells of one fault: a line, and under one that was missed what is wrong with it on. Those that were not applied,
 * or not judged, are told at the end, because they are many.
 */
export function reportTargetFault(screen: ReportScreen, proof: TargetFaultProof, baseline: Baseline): void {
  const { name, verdict, story, named, stopped } = proof;
  if (verdict === "not-applied" || verdict === "not-judged") return;
  const mark = MARKS[verdict];
  const title = paint("strong", name.padEnd(FAULT_NAME_WIDTH));
  screen.line(styled`  ${mark} ${title}  ${wordsFor(proof)}`, FAULT_NAME_WIDTH + 6);
  if (verdict !== "missed") return;
  screen.line(styled`      the fault  ${story}`, 17);
  if (baseline.judged_by === "command") {
    screen.line(styled`      see it by  stack verify: ${named.join(", ")}`, 17);
    return;
  }
  for (const id of new Set([...named, ...stopped.map((each) => each.id)])) {
    screen.line(styled`      no catch   ${id}: ${whyNotBy(id, proof, baseline.not_holding)}`, 17);
  }
}

const MARKS = {
  caught: paint("good", "✓"),
  missed: paint("bad", "✗"),
  "there-already": paint("warn", "-"),
} as const;

function wordsFor({ verdict, caught_by, named }: TargetFaultProof): string {
  if (verdict === "there-already") return `there without the fault, too: ${named.join(", ")}`;
  if (verdict === "missed") return "caught by nobody";
  return caughtByWords(caught_by);
}

/** Why a check did not catch a fault that it catches on a stack of our own, or that took away what it looks at. */
function whyNotBy(id: string, { stopped }: TargetFaultProof, notHolding: readonly NotHolding[]): string {
  const after = stopped.find((each) => each.id === id);
  if (after !== undefined) return `could not judge any more: ${after.reason}`;
  const before = notHolding.find((each) => each.id === id);
  return before === undefined
    ? "held all the same"
    : `${WORDS[before.verdict]} before, too: ${before.reason}`;
}

/** The end of a proof, which is good where its exit code is 0: the figures, and what is left. */
export function reportTargetProof(screen: ReportScreen, report: TargetProofReport, isGood: boolean): void {
  const { faults, left_behind, duration_ms, interrupted } = report;
  const count = (verdict: TargetFaultProof["verdict"]): number =>
    faults.filter((fault) => fault.verdict === verdict).length;
  const there = count("there-already");
  const already = there === 0 ? "" : `, ${there} there already`;
  const untold = count("not-judged");
  const notJudged = untold === 0 ? "" : `, ${untold} not judged`;
  const words = `${count("caught")} caught, ${count("missed")} missed${already}${notJudged}, ${count("not-applied")} not applied`;
  const all = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  // What a command of the user's own creates is no matter of ours.
  const clean = report.baseline.judged_by === "checks" ? deletedAgainWords(left_behind) : "";
  screen.line();
  reportUntold(screen, faults);
  if (interrupted) screen.line("  Interrupted.");
  screen.line(
    styled`  ${paint(isGood ? "good" : "bad", `Of ${all} on the wire, ${words}, in ${secondsWords(duration_ms)}.`)} ${clean}`.trimEnd(),
    2,
  );
  for (const what of leftBehindWords(left_behind))
    screen.line(styled`  ${paint("bad", "left behind")}  ${what}`, 4);
}

/** What says nothing, by the reasons. */
function reportUntold(screen: ReportScreen, faults: readonly TargetFaultProof[]): void {
  const byReason = Map.groupBy(
    faults.filter(({ reason }) => reason !== null),
    ({ reason }) => reason,
  );
  for (const [reason, group] of byReason) {
    const what = group[0]?.verdict === "not-judged" ? "Not judged" : "Not applied";
    screen.line(styled`  ${what}: ${group.map(({ name }) => name).join(", ")}.`, 4);
    screen.line(styled`    ${paint("quiet", reason ?? "")}`, 4);
  }
  if (byReason.size > 0) screen.line();
}
