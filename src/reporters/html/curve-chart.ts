import { roundStep } from "./axis-ticks.ts";
import { type Html, html } from "./html-markup.ts";

/** A point of a curve: where it is across, from 0 to 1, and its value. */
export interface CurvePoint {
  readonly at: number;
  readonly value: number;
}

export interface Curve {
  /** Stands at its end. */
  readonly name: string;
  readonly points: readonly CurvePoint[];
  readonly isDashed?: boolean;
  /** From 0 to 1: of many curves the later ones are darker. */
  readonly opacity?: number;
}

export interface CurveChart {
  /** What is drawn, for whoever does not see it. */
  readonly words: string;
  readonly curves: readonly Curve[];
  /** What stands under the chart, each at its place. */
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  /** A place that is marked, with what it is called. */
  readonly mark?: { readonly at: number; readonly text: string } | undefined;
  /** A value as it stands at the axis. */
  readonly unit: (value: number) => string;
  /** Each power of ten is as high as the next; else the axis begins at zero. */
  readonly isLogarithmic?: boolean;
}

/** Heights, in pixels. */
const HEIGHT = 150;
const TOP = 14;
const ROW = 14;

/** Room for the values at the left, and for the names at the right, as shares of the width. */
const LEFT = 0.08;
const RIGHT = 0.86;

/** Curves over one axis of values. Places across are percentages, so that it is as wide as the page. */
export function curveChart({ words, curves, ticks, mark, unit, isLogarithmic = false }: CurveChart): Html {
  const all = curves.flatMap(({ points }) => points.map(({ value }) => value));
  const { lines: values, shareOf } = isLogarithmic ? logarithmicAxis(all) : linearAxis(all);
  const y = (value: number): number => Math.round(TOP + (1 - shareOf(value)) * HEIGHT);
  const bottom = TOP + HEIGHT;
  return html`<svg role="img" aria-label="${words}" width="100%" height="${bottom + ROW + 4}">
${values.map(
  (value) => html`<line class="grid" x1="${across(0)}" x2="${across(1)}" y1="${y(value)}" y2="${y(value)}"/>
<text class="quiet" x="${across(0)}" y="${y(value) + 4}" dx="-4" text-anchor="end">${unit(value)}</text>\n`,
)}${ticks.map(
  ({ at, text }) =>
    html`<text class="quiet" x="${across(at)}" y="${bottom + ROW}" text-anchor="middle">${text}</text>\n`,
)}${
  mark &&
  html`<line class="knee" x1="${across(mark.at)}" x2="${across(mark.at)}" y1="${TOP}" y2="${bottom}"/>
<text class="trouble" x="${across(mark.at)}" y="${TOP - 3}" text-anchor="middle">${mark.text}</text>\n`
}${curves.map((curve) => drawCurve(curve, y))}${namesOf(curves, y).map(
  ({ at, top, name }) => html`<text x="${across(at)}" y="${top + 4}" dx="6">${name}</text>\n`,
)}</svg>\n`;
}

interface Axis {
  /** The values at which a line stands. */
  readonly lines: readonly number[];
  /** How high a value is: from 0, the bottom, to 1. */
  shareOf(value: number): number;
}

function linearAxis(values: readonly number[]): Axis {
  const most = Math.max(0, ...values);
  const extent = most > 0 ? most : 1;
  const step = roundStep(extent, 3);
  const lines = Array.from({ length: Math.floor(extent / step) + 1 }, (_, index) => index * step);
  return { lines, shareOf: (value) => value / extent };
}

/** From the power of ten below the least value to the greatest; what is below one counts as one. */
function logarithmicAxis(values: readonly number[]): Axis {
  const height = (value: number): number => Math.log10(Math.max(1, value));
  const heights = values.map(height);
  const from = Math.floor(Math.min(...heights));
  const to = Math.max(from + 1, ...heights);
  const lines = Array.from({ length: Math.floor(to) - from + 1 }, (_, index) => 10 ** (from + index));
  return { lines, shareOf: (value) => (height(value) - from) / (to - from) };
}

function drawCurve({ points, isDashed = false, opacity = 1 }: Curve, y: (value: number) => number): Html {
  const kind = isDashed ? "curve dashed" : "curve";
  const lines = points.slice(1).map((point, index) => {
    const from = points[index] ?? point;
    return html`<line class="${kind}" stroke-opacity="${opacity}" x1="${across(from.at)}" y1="${y(from.value)}" x2="${across(point.at)}" y2="${y(point.value)}"/>\n`;
  });
  const dots = points.map(
    ({ at, value }) =>
      html`<circle class="curve" fill-opacity="${opacity}" cx="${across(at)}" cy="${y(value)}" r="2"/>\n`,
  );
  return html`${lines}${dots}`;
}

/** The curves' names at their ends, so far apart that each can be read. */
function namesOf(
  curves: readonly Curve[],
  y: (value: number) => number,
): { at: number; top: number; name: string }[] {
  const ends = curves.flatMap(({ name, points }) => {
    const last = points.at(-1);
    return last === undefined ? [] : [{ at: last.at, top: y(last.value), name }];
  });
  let lowest = Number.NEGATIVE_INFINITY;
  return ends
    .toSorted((a, b) => a.top - b.top)
    .map((end) => {
      lowest = Math.max(end.top, lowest + ROW - 2);
      return { ...end, top: lowest };
    });
}

function across(at: number): string {
  return `${Number(((LEFT + at * (RIGHT - LEFT)) * 100).toFixed(2))}%`;
}
