import type { FaultProof } from "../prove/judge-fault.ts";
import type { ProofReport } from "../prove/prove-faults.ts";
import { paint, styled } from "../text/styled-text.ts";
import { caughtByWords, secondsWords } from "./report-words.ts";
import type { ReportScreen } from "./terminal-reporter.ts";

/** Room for the names of faults, so that what caught them stands in a column. */
export const FAULT_NAME_WIDTH = 36;

/** Tells of one fault: a line, and under it what is not as it should be. */
export function reportFault(screen: ReportScreen, proof: FaultProof): void {
  const { name, verdict, caught_by, missing, not_judged, unexpected } = proof;
  const isTried = verdict !== "not-tried" && verdict !== "not-judged";
  const isGood = verdict === "caught";
  const mark = isGood ? paint("good", "✓") : isTried ? paint("bad", "✗") : paint("quiet", "-");
  screen.line(
    styled`  ${mark} ${paint("strong", name.padEnd(FAULT_NAME_WIDTH))}  ${wordsFor(proof)}`,
    FAULT_NAME_WIDTH + 6,
  );
  if (isGood) return;
  if (verdict === "not-applied") screen.line("      it never acted, so that nothing is shown", 6);
  for (const id of missing) screen.line(styled`      ${paint("bad", "not broken")}  ${id}`, 6);
  for (const words of not_judged) screen.line(styled`      ${paint("warn", "not judged")}  ${words}`, 6);
  for (const words of unexpected) {
    screen.line(styled`      ${paint("bad", "unexpected")}  ${words}`, 6);
  }
  if (missing.length > 0) screen.line(styled`      named were  ${caught_by.join(", ")}`, 6);
}

/** The end of a proof: the figures, and the checks that nothing shows to be able to fail. */
export function reportProof(screen: ReportScreen, report: ProofReport): void {
  const faults = report.faults.filter(({ name }) => name !== "none");
  const tried = faults.filter(({ verdict }) => verdict !== "not-tried");
  const caught = tried.filter(({ verdict }) => verdict === "caught");
  const isGood = report.faults.every(isAsItMustBe);
  screen.line();
  if (report.interrupted) screen.line("  Interrupted.");
  const words = `${caught.length} of ${inFaults(tried.length)} caught by ${report.checks} checks in ${secondsWords(report.duration_ms)}.`;
  screen.line(styled`  ${paint(isGood ? "good" : "bad", words)}`, 2);
  if (tried.length < faults.length) {
    const left = faults.length - tried.length;
    const were = left === 1 ? "was" : "were";
    screen.line(
      `  ${inFaults(left)} of several copies ${were} not tried: --postgresql names a server for them.`,
      2,
    );
  }
  if (report.unexercised.length > 0) {
    screen.line(styled`  Checks that no fault exercises: ${report.unexercised.join(", ")}.`, 2);
  }
  if (!isGood) screen.line(styled`  The same proof again: --seed ${report.seed}`, 2);
}

/** Whether a proof found nothing wrong with a fault: it was caught, or could not be tried here. */
export function isAsItMustBe({ verdict }: FaultProof): boolean {
  return verdict === "caught" || verdict === "not-tried";
}

function inFaults(count: number): string {
  return `${count} ${count === 1 ? "fault" : "faults"}`;
}

function wordsFor({ verdict, caught_by }: FaultProof): string {
  if (verdict === "not-tried") return "not tried: it needs several copies, and they a PostgreSQL";
  if (verdict === "not-judged") return "not judged: checks could not look, also when they were tried again";
  if (caught_by.length === 0)
    return verdict === "caught" ? "every claim holds" : "claims do not hold without any bug";
  const words = caughtByWords(caught_by);
  return verdict === "caught" ? words : `should be ${words}`;
}
