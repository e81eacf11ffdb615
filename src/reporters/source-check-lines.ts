import type { Finding, FindingKind, SourceReport } from "../source-check/source-report.ts";
import { paint, type StyledText, styled, type Text } from "../text/styled-text.ts";
import { secondsWords } from "./report-words.ts";
import type { ReportScreen } from "./terminal-reporter.ts";

/** Where the details of a finding begin. */
const INDENT = 17;

/** A line that is longer is not one that a person wrote. */
const LONGEST_SOURCE = 160;

const TITLES: Readonly<Record<FindingKind, (name: string) => string>> = {
  "none-passed": (name) => `None is passed for ${name}`,
  "left-out": (name) => `${name} is left out`,
  "parameter-overwritten": (name) => `${name} is overwritten before it is used`,
  "client-overwritten": (name) => `${name} is overwritten while it is in use`,
};

/** Reports a source check to a person: each place with what is wrong there and what to write, then the sum. */
export function reportSource(screen: ReportScreen, report: SourceReport): void {
  for (const finding of report.findings) reportFinding(screen, finding);
  for (const { file, line, reason } of report.unreadable) {
    const place = line === null ? file : `${file}:${line}`;
    screen.line(styled`  ${paint("bad", "?")} ${place}  could not be read: ${reason}`, 4);
  }
  if (report.findings.length + report.unreadable.length > 0) screen.line();
  const { not_judged, duration_ms } = report;
  const took = `in ${secondsWords(duration_ms)}.`;
  if (not_judged !== null) {
    screen.line(
      styled`  ${paint("bad", "Nothing was judged")}: ${not_judged.reason}. ${filesWords(report)} ${took}`,
      2,
    );
    screen.line(styled`  ${not_judged.hint}`, 2);
    return;
  }
  screen.line(styled`  ${summaryOf(report)} ${countsOf(report)} ${took}`, 2);
}

function reportFinding(
  screen: ReportScreen,
  { kind, file, line, column, source, name, found, instead }: Finding,
): void {
  const title = paint("strong", TITLES[kind](name));
  screen.line(styled`  ${paint("bad", "✗")} ${file}:${line}:${column}  ${title}`, 4);
  detail(screen, "line", paint("bad", shortened(source)));
  detail(screen, "found", found);
  detail(screen, "write", instead);
}

function detail(screen: ReportScreen, name: string, text: Text): void {
  screen.line(styled`      ${name.padEnd(INDENT - 6)}${text}`, INDENT);
}

function shortened(text: string): string {
  return text.length > LONGEST_SOURCE ? `${text.slice(0, LONGEST_SOURCE - 1)}…` : text;
}

function summaryOf({ findings, unreadable }: SourceReport): StyledText {
  const places = `${findings.length} ${findings.length === 1 ? "place" : "places"}`;
  const found = findings.length === 0 ? "Nothing found" : `${places} found`;
  const missed = unreadable.length === 0 ? "" : `, ${unreadable.length} not read`;
  return styled`${paint(findings.length + unreadable.length > 0 ? "bad" : "good", `${found}${missed}`)}:`;
}

function countsOf(report: SourceReport): string {
  const { accepting, calls, not_followed } = report.counts;
  const unclear = not_followed === 0 ? "" : ` (${not_followed} of them could not be followed)`;
  const where = `${counted(accepting, "endpoint that accepts", "endpoints that accept")} ${report.parameters.join(", ")}`;
  return `${counted(calls, "call", "calls")}${unclear} in ${where}, ${filesWords(report)}`;
}

function filesWords({ counts }: SourceReport): string {
  return counted(counts.files, "Python file", "Python files");
}

function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}
