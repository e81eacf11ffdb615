/** A trace as lines of a terminal: the time line of each hop, its figures beside those of the others, the sentence. */
import { alignColumns, paint, type StyledText, styled, type Text, type Tone } from "../text/styled-text.ts";
import { drawAxis, drawBar, drawLane, type LaneScale } from "./draw-lanes.ts";
import { figureTable, headline, shownPass, warmUpWords } from "./hop-figures.ts";
import type { HopObservation, HopPass, TracedEngineRequest, TraceReport } from "./trace-report.ts";

/** Columns of the names before the lanes. */
const NAMES = 12;

/** A lane is as wide as the terminal, but not wider than can be taken in, nor narrower than says anything. */
const WIDEST_LANE = 88;
const NARROWEST_LANE = 20;

/** @param width columns of the terminal; endless where it is none */
export function drawTrace(report: TraceReport, width: number): StyledText[] {
  const columns = Math.max(NARROWEST_LANE, Math.min(width - NAMES - 2, WIDEST_LANE));
  const shown = report.hops.map((hop) => ({ hop, pass: shownPass(hop) }));
  const scale = { columns, extent: Math.max(1, ...shown.map(({ pass }) => pass?.ended_ms ?? 0)) };
  const hasRecord = shown.some(({ pass }) => pass?.engine_requests?.some(({ from_ms }) => from_ms !== null));
  return [
    styled`  ${paint("quiet", headline(report))}`,
    ...(report.warm_up === null ? [] : [styled`  ${paint("quiet", warmUpWords(report.warm_up))}`]),
    styled``,
    ...shown.flatMap(({ hop, pass }) => drawHop(report, hop, pass, scale)),
    styled`  ${" ".repeat(NAMES)}${paint("quiet", drawAxis(scale))}`,
    styled`  ${" ".repeat(NAMES)}${paint("quiet", `${LEGEND}${hasRecord ? "   ▔ the engine is busy with it" : ""}`)}`,
    styled``,
    ...alignColumns(figureRows(report)),
    styled``,
    ...sentences(report),
  ];
}

const LEGEND = "· no byte yet   ─ nothing new   ░ thoughts   ▏▌█ text, by how much   ● done   ✗ no end";

function drawHop(
  report: TraceReport,
  hop: HopObservation,
  pass: HopPass | undefined,
  scale: LaneScale,
): StyledText[] {
  const isBad = report.findings.some((finding) => finding.hop === hop.hop);
  const name = paint(isBad ? "bad" : "strong", hop.hop.padEnd(NAMES));
  if (pass === undefined || pass.ended_ms === null) {
    return [styled`  ${name}${paint("bad", "✗")} ${paint("quiet", pass?.problem ?? "was not asked")}`];
  }
  const own = styled`  ${name}${drawLane(pass, scale)}`;
  return hop.hop === "engine" ? [own] : [own, ...drawEngineRequests(pass, scale)];
}

/** What the engine did for a hop, under its lane, in the order in which it was asked. */
function drawEngineRequests({ engine_requests }: HopPass, scale: LaneScale): StyledText[] {
  return (engine_requests ?? []).flatMap(({ purpose, from_ms, ended_ms }) => {
    if (from_ms === null) return [];
    const [name, tone] = REQUESTS[purpose];
    const bar = drawBar(from_ms, from_ms + (ended_ms ?? 0), scale, tone);
    return [styled`  ${paint(tone, `  └ ${name}`.padEnd(NAMES))}${bar}`];
  });
}

/** What a request is called, by what it was for. */
const REQUESTS = {
  reply: ["engine", "quiet"],
  again: ["again", "warn"],
  other: ["other", "warn"],
} as const satisfies Record<TracedEngineRequest["purpose"], readonly [string, Tone]>;

/** One row a figure, one column a hop. */
function figureRows(report: TraceReport): Text[][] {
  const { columns, rows } = figureTable(report);
  return [
    ["", ...columns.map((name) => paint("strong", name))],
    ...rows.map(([name, ...values]) => [paint("quiet", name ?? ""), ...values]),
  ];
}

function sentences({ ok, diagnosis, findings, not_told, left_behind }: TraceReport): StyledText[] {
  const mark = ok ? paint("good", "✓") : paint("bad", "✗");
  const arrow = (next: string | null): StyledText[] =>
    next === null ? [] : [styled`    → ${paint("strong", next)}`];
  return [
    styled`  ${mark} ${diagnosis.sentence}`,
    ...arrow(diagnosis.next),
    ...findings
      .slice(1)
      .flatMap(({ sentence, next }) => [styled`  ${paint("bad", "✗")} ${sentence}`, ...arrow(next)]),
    ...not_told.map((sentence) => styled`  ${paint("quiet", `· ${sentence}`)}`),
    ...left_behind.map((what) => styled`  ${paint("bad", "✗")} left behind: ${what}`),
  ];
}
