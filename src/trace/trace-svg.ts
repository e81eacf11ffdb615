import { type Html, html } from "../reporters/html/html-markup.ts";
import { duration } from "./finding-words.ts";
import { headline, shownPass } from "./hop-figures.ts";
import type { HopPass, TracedEngineRequest, TraceReport } from "./trace-report.ts";

/** Heights, in pixels. */
const LANE = 46;
const MIDDLE = 26;
const BAR = 6;
const AXIS = 16;

/**
 * The time line of all hops. Places across are percentages, so that it is as wide as the page and its letters stay
 * as large as they are.
 */
export function drawTracePicture(report: TraceReport): Html {
  const shown = report.hops.map((hop) => ({ name: hop.hop, pass: shownPass(hop) }));
  const extent = Math.max(1, ...shown.map(({ pass }) => pass?.ended_ms ?? 0));
  const bottom = shown.length * LANE;
  return html`<svg role="img" aria-label="${headline(report)}" width="100%" height="${bottom + AXIS}">
${drawAxis(extent, bottom)}${shown.map(({ name, pass }, index) => drawHop(name, pass, extent, index * LANE))}</svg>`;
}

function drawAxis(extent: number, bottom: number): Html {
  const times = Array.from({ length: 5 }, (_, index) => (extent / 5) * index);
  return html`${times.map(
    (
      time,
    ) => html`<line class="grid" x1="${percent(time, extent)}" x2="${percent(time, extent)}" y1="0" y2="${bottom}"/>
<text class="quiet" x="${percent(time, extent)}" y="${bottom + AXIS - 4}" dx="3">${time === 0 ? "0" : duration(time)}</text>\n`,
  )}`;
}

function drawHop(name: string, pass: HopPass | undefined, extent: number, top: number): Html {
  const label = (kind: string, words: string): Html =>
    html`<text class="${kind}" x="0%" y="${top + 12}" dx="3">${words}</text>\n`;
  if (pass === undefined || pass.ended_ms === null) {
    return label("trouble", `${name}: ${pass?.problem?.slice(0, 100) ?? "was not asked"}`);
  }
  const middle = top + MIDDLE;
  const isDone = pass.end === "done";
  const first = pass.first_token_ms === null ? "no text" : `first token ${duration(pass.first_token_ms)}`;
  const end = `${isDone ? "done" : "no end,"} ${duration(pass.ended_ms)}`;
  const ends = percent(pass.ended_ms, extent);
  return html`${label(isDone ? "name" : "trouble", `${name}: ${first}, ${end}`)}<line class="client" x1="${percent(pass.first_byte_ms ?? 0, extent)}" x2="${ends}" y1="${middle}" y2="${middle}"/>
${apart(pass, extent).map((at) => html`<line class="token" x1="${at}" x2="${at}" y1="${middle - 6}" y2="${middle + 6}"/>\n`)}<line class="end ${isDone ? "closed" : "cut"}" x1="${ends}" x2="${ends}" y1="${middle - 8}" y2="${middle + 8}"/>
${name === "engine" ? undefined : (pass.engine_requests ?? []).map((each) => drawRequest(each, extent, middle + 10))}`;
}

/** What the engine did for the hop: filled for its reply, in another colour for something else. */
function drawRequest(
  { purpose, from_ms, ended_ms }: TracedEngineRequest,
  extent: number,
  y: number,
): Html | undefined {
  if (from_ms === null) return undefined;
  const kind = purpose === "reply" ? "done" : "failed";
  const width = percent(Math.min(ended_ms ?? extent, extent - from_ms), extent);
  return html`<rect class="engine ${kind}" x="${percent(from_ms, extent)}" width="${width}" y="${y}" height="${BAR}"/>\n`;
}

/** Where text came, without what would be drawn on top of each other on any screen. */
function apart({ pieces }: HopPass, extent: number): string[] {
  const texts = pieces.filter(({ kind }) => kind === "text");
  return [...new Set(texts.map(({ at_ms }) => `${Math.round((at_ms / extent) * 1000) / 10}%`))];
}

function percent(ms: number, extent: number): string {
  return `${Number(((ms / extent) * 100).toFixed(2))}%`;
}
