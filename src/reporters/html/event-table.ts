import { isToken, timedEventName } from "./event-words.ts";
import { oneLine } from "./evidence-outline.ts";
import type { Stream, TimedEvent } from "./evidence-schemas.ts";
import { type Html, html } from "./html-markup.ts";
import { table, timeCell } from "./html-tables.ts";
import { counted } from "./shown-units.ts";

const MOST_EVENTS = 200;
const LONGEST_DATA = 200;

/** Every event and heartbeat of a stream, with when it came and what it held; folded. */
export function eventTable({ events, comments_ms }: Stream): Html {
  const beats = comments_ms.map((at_ms) => ({ at_ms, event: { type: "heartbeat" } }));
  const rows = [...events, ...beats].toSorted((a, b) => a.at_ms - b.at_ms);
  const cells = rows
    .slice(0, MOST_EVENTS)
    .map((timed) => [timeCell(timed.at_ms), timedEventName(timed), html`<code>${dataOf(timed)}</code>`]);
  return html`<details><summary>${counted(rows.length, "event")}, one by one</summary>
${table("Events", ["at", "event", "data"], cells, rows.length - MOST_EVENTS)}</details>`;
}

function dataOf(timed: TimedEvent): string {
  const { type: _, ...fields } = timed.event;
  if (isToken(timed)) return oneLine(fields["content"], LONGEST_DATA);
  return Object.keys(fields).length === 0 ? "" : oneLine(fields, LONGEST_DATA);
}
