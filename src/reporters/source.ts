import type { Finding, FindingKind, SourceReport } from "../source-check/report.ts";
import type { ReportScreen } from "./terminal.ts";

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
    screen.line(
      `  ${screen.paint("bad", "?")} ${screen.harmless(place)}  could not be read: ${screen.harmless(reason)}`,
      4,
    );
  }
  if (report.findings.length + report.unreadable.length > 0) screen.line();
  const { not_judged, duration_ms } = report;
  const took = `in ${(duration_ms / 1000).toFixed(1)} s.`;
  if (not_judged !== null) {
    screen.line(
      `  ${screen.paint("bad", "Nothing was judged")}: ${not_judged.reason}. ${filesWords(report)} ${took}`,
      2,
    );
    screen.line(`  ${not_judged.hint}`, 2);
    return;
  }
  screen.line(`  ${summaryOf(screen, report)} ${countsOf(report)} ${took}`, 2);
}

function reportFinding(
  screen: ReportScreen,
  { kind, file, line, column, source, name, found, instead }: Finding,
): void {
  const title = screen.paint("strong", screen.harmless(TITLES[kind](name)));
  screen.line(`  ${screen.paint("bad", "✗")} ${screen.harmless(`${file}:${line}:${column}`)}  ${title}`, 4);
  detail(screen, "line", screen.paint("bad", screen.harmless(shortened(source))));
  detail(screen, "found", screen.harmless(found));
  detail(screen, "write", screen.harmless(instead));
}

function detail(screen: ReportScreen, name: string, text: string): void {
  screen.line(`      ${name.padEnd(INDENT - 6)}${text}`, INDENT);
}

function shortened(text: string): string {
  return text.length > LONGEST_SOURCE ? `${text.slice(0, LONGEST_SOURCE - 1)}…` : text;
}

function summaryOf(screen: ReportScreen, { findings, unreadable }: SourceReport): string {
  const places = `${findings.length} ${findings.length === 1 ? "place" : "places"}`;
  const found = findings.length === 0 ? "Nothing found" : `${places} found`;
  const missed = unreadable.length === 0 ? "" : `, ${unreadable.length} not read`;
  return `${screen.paint(findings.length + unreadable.length > 0 ? "bad" : "good", `${found}${missed}`)}:`;
}

function countsOf(report: SourceReport): string {
  const { accepting, calls } = report.counts;
  return `${calls} calls in ${accepting} endpoints that accept ${report.parameters.join(", ")}, ${filesWords(report)}`;
}

function filesWords({ counts }: SourceReport): string {
  return `${counts.files} Python ${counts.files === 1 ? "file" : "files"}`;
}
