import type { LoadProgress, LoadReport, LoadStep } from "../harness/load-report.ts";
import type { RunEvent } from "../harness/run-report.ts";
import { paint, styled } from "../text/styled-text.ts";
import { lossesOf, paceWords, shortTime, stepNotes, usersInWords } from "./load-words.ts";
import type { ReportScreen } from "./terminal-reporter.ts";

type LoadEvent = Extract<RunEvent, { type: "load-progress" | "load-ended" }>;

/** Shows a load run while it goes on: a line that moves, one that stays for each step, and at the end what was measured. */
export function createLoadReporter(screen: ReportScreen): (event: LoadEvent) => void {
  let last: LoadProgress | undefined;
  return (event) => {
    if (event.type === "load-ended") {
      reportLoad(screen, event.load);
      return;
    }
    const { progress } = event;
    if (last !== undefined && last.users !== progress.users && last.done > 0)
      screen.line(styled`  ${soFar(last)}`, 4);
    last = progress;
    const of = `${seconds(progress.elapsed_ms)} of ${seconds(progress.total_ms)} s`;
    screen.progress(`  … ${of}: ${soFar(progress)}; ${progress.running} running`);
  };
}

function soFar(progress: LoadProgress): string {
  const { users, tokens_per_s, first_token_p50_ms, first_token_p95_ms, done, failed } = progress;
  const times = `P50 ${shortTime(first_token_p50_ms)}, P95 ${shortTime(first_token_p95_ms)} ms`;
  const pace = tokens_per_s === 0 && done > 0 ? "" : `${tokens_per_s} tokens/s, `;
  return `${usersInWords(users)}: ${pace}first token ${times}, ${done} done, ${failed} failed`;
}

function reportLoad(screen: ReportScreen, load: LoadReport): void {
  const power = new Map(load.knee.figures.map((figure) => [figure.users, figure.power]));
  screen.line();
  screen.line(`  ${paceWords(load)}`, 2);
  screen.line();
  for (const head of HEADS) screen.unwrapped(paint("quiet", head));
  for (const step of load.steps) {
    const cells = row(cellsOf(step, power.get(step.users)));
    screen.unwrapped(step.users === load.knee.users ? styled`${paint("strong", cells)} <` : cells);
  }
  screen.line();
  screen.line(styled`  ${paint("strong", "Knee")}  ${load.knee.words}`, 8);
  for (const note of load.steps.flatMap(stepNotes))
    screen.line(styled`  ${paint("bad", "note")}  ${note}`, 8);
  screen.line();
}

function cellsOf(step: LoadStep, power: number | undefined): string[] {
  const { users, tokens_per_s, first_token_ms: first, gap_ms: gap, reply_ms: reply } = step;
  const { failed, behind } = lossesOf(step);
  return [
    String(users),
    step.tokens === 0 && step.messages.done > 0 ? "-" : String(tokens_per_s),
    shortTime(first?.p50),
    shortTime(first?.p95),
    shortTime(first?.p99),
    shortTime(gap?.p50),
    shortTime(reply?.p50),
    shortTime(reply?.p95),
    power === undefined ? "-" : String(Math.round(power)),
    String(failed),
    String(behind),
  ];
}

const WIDTHS = [6, 9, 7, 7, 7, 7, 7, 7, 7, 7, 7] as const;

const HEADS = [
  `${"first token, ms".padStart(36)}${"gap ms".padStart(7)}${"reply, ms".padStart(14)}`,
  row(["users", "tokens/s", "P50", "P95", "P99", "P50", "P50", "P95", "power", "failed", "behind"]),
];

function row(cells: readonly string[]): string {
  return cells.map((cell, index) => cell.padStart(WIDTHS[index] ?? 0)).join("");
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}
