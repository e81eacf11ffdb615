import { roundStep } from "./axis-ticks.ts";
import type { Bar, Timing } from "./call-timing.ts";
import { barWords, endWords, isToken, isTrouble, timedEventName } from "./event-words.ts";
import type { Stream } from "./evidence-schemas.ts";
import { type Html, html } from "./html-markup.ts";
import { type Label, type PlacedLabel, placeLabels } from "./placed-labels.ts";
import { milliseconds } from "./shown-units.ts";

/** Heights, in pixels. */
const ROW = 15;
const LANE = 22;
const BAR = 8;
const PADDING = 6;
/** Between a line and its word. */
const GAP = 3;

/**
 * The drawing alone. Places across are percentages, so that it is as wide as the page and its letters stay as
 * large as they are; from above: the names of events, the client's line, its moments, the engine's bars, the time.
 */
export function drawPicture(stream: Stream, timing: Timing, words: string): Html {
  const names = placeLabels(eventLabels(stream, timing));
  const moments = placeLabels(momentLabels(stream, timing));
  const lane = heightOf(names) + PADDING;
  const engine = lane + LANE + heightOf(moments) + PADDING;
  const axis = engine + timing.bars.length * (BAR + ROW + PADDING);
  return html`<svg role="img" aria-label="${words}" width="100%" height="${axis + ROW}">
${timeAxis(timing, lane, axis)}${clientLane(stream, timing, lane)}${timing.cancels.map(({ at }) =>
  upright("cancel", at / timing.extent, lane, axis),
)}${names.map(({ at, row }) => upright("leader", at, lane - (row + 1) * ROW, lane + LANE))}${names.map(
  (label) => write(label, lane - label.row * ROW - 5),
)}${moments.map((label) => write(label, lane + LANE + (label.row + 1) * ROW - 2))}${timing.bars.map(
  (bar, index) => engineBar(bar, timing, engine + index * (BAR + ROW + PADDING)),
)}</svg>`;
}

/** More names of events than find room are not worth the search for it. */
const FIRST_NAMES = 50;
const LAST_NAMES = 10;

function eventLabels({ events }: Stream, { extent }: Timing): Label[] {
  const labels = events
    .filter((timed) => !isToken(timed))
    .map((timed) => ({
      at: timed.at_ms / extent,
      text: timedEventName(timed),
      kind: isTrouble(timed) ? "trouble" : "name",
    }));
  if (labels.length <= FIRST_NAMES + LAST_NAMES) return labels;
  return [...labels.slice(0, FIRST_NAMES), ...labels.slice(-LAST_NAMES)];
}

function momentLabels(stream: Stream, { extent, gap, cancels }: Timing): Label[] {
  const length = gap.to - gap.from;
  return [
    { at: gap.from / extent, text: `${milliseconds(length)} without an event`, kind: "quiet" },
    ...cancels.map(({ at, call }) => ({
      at: at / extent,
      text: `cancel: ${call.status} in ${milliseconds(call.duration_ms)}`,
      kind: "name",
    })),
    {
      at: stream.duration_ms / extent,
      text: endWords(stream),
      kind: stream.end === "closed" ? "quiet" : "trouble",
    },
  ];
}

function clientLane(stream: Stream, { extent, gap }: Timing, top: number): Html {
  const middle = top + LANE / 2;
  const tokens = stream.events.filter(isToken).map(({ at_ms }) => at_ms / extent);
  return html`<rect class="gap" x="${percent(gap.from / extent)}" width="${percent((gap.to - gap.from) / extent)}" y="${top}" height="${LANE}"/>
<line class="client" x1="0%" x2="${percent(stream.duration_ms / extent)}" y1="${middle}" y2="${middle}"/>
${apart(tokens).map((at) => upright("token", at, top + 3, top + LANE - 3))}${apart(
  stream.comments_ms.map((at) => at / extent),
).map((at) => html`<circle class="heartbeat" cx="${percent(at)}" cy="${middle}" r="3"/>\n`)}${upright(
  `end ${stream.end}`,
  stream.duration_ms / extent,
  top,
  top + LANE,
)}`;
}

/** From its start to its end, or to the edge where it had none, with its first token as a tick. */
function engineBar(bar: Bar, { extent }: Timing, top: number): Html {
  const { from, to = extent, firstToken, generation } = bar;
  const { ended } = generation;
  const [label] = placeLabels([
    { at: from / extent, text: barWords(bar), kind: ended === "failed" ? "trouble" : "name" },
  ]);
  return html`<rect class="engine ${ended}" x="${percent(from / extent)}" width="${percent((to - from) / extent)}" y="${top}" height="${BAR}"/>
${firstToken === undefined ? undefined : upright("first-token", firstToken / extent, top - 3, top + BAR + 3)}${
  label && write(label, top + BAR + ROW - 3)
}`;
}

function timeAxis({ extent }: Timing, top: number, bottom: number): Html {
  const step = roundStep(extent, 5);
  const times = Array.from({ length: Math.floor(extent / step) + 1 }, (_, index) => index * step);
  return html`${times.map((time) => {
    const at = time / extent;
    const anchor = at > 0.92 ? "end" : "start";
    return html`${upright("grid", at, top, bottom)}${write({ at, text: milliseconds(time), kind: "quiet", row: 0, anchor }, bottom + ROW - 3)}`;
  })}`;
}

function upright(kind: string, at: number, from: number, to: number): Html {
  const x = percent(at);
  return html`<line class="${kind}" x1="${x}" x2="${x}" y1="${from}" y2="${to}"/>\n`;
}

function write({ at, text, kind, anchor }: PlacedLabel, y: number): Html {
  return html`<text class="${kind}" x="${percent(at)}" y="${y}" dx="${anchor === "start" ? GAP : -GAP}" text-anchor="${anchor}">${text}</text>\n`;
}

function heightOf(labels: readonly PlacedLabel[]): number {
  return ROW * Math.max(0, ...labels.map(({ row }) => row + 1));
}

/** Without those that would be drawn on top of each other on any screen. */
function apart(places: readonly number[]): number[] {
  return [...new Map(places.map((at) => [Math.round(at * 1000), at])).values()];
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}
