import { timedEventName } from "./event-words.ts";
import { oneLine } from "./evidence-outline.ts";
import type { Call, Stream } from "./evidence-schemas.ts";
import { cut, type Html, html } from "./html-markup.ts";
import { counted, milliseconds } from "./shown-units.ts";

type Cell = string | number | Html;

/** A table that can be scrolled where the page is too narrow for it; of its rows, this many are left out. */
export function table(
  name: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  leftOut = 0,
): Html {
  return html`<div class="wide" tabindex="0" role="group" aria-label="${name}"><table>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>${leftOut > 0 ? html`\n<p class="quiet">${counted(leftOut, "more row")} left out.</p>` : undefined}\n`;
}

/** A time, which does not break over lines. */
export function timeCell(ms: number): Html {
  return html`<span class="number">${milliseconds(ms)}</span>`;
}

const MOST_ROWS = 50;
const MOST_COLUMNS = 12;
const LONGEST_VALUE = 300;

/** The database rows of a verdict: a column for each name that any of them has. */
export function rowTable(rows: readonly unknown[]): Html {
  const shown = rows.slice(0, MOST_ROWS).map((row) => (isObject(row) ? row : { value: row }));
  const names = [...new Set(shown.flatMap((row) => Object.keys(row)))].slice(0, MOST_COLUMNS);
  const cells = shown.map((row) => names.map((name) => valueWords(row[name])));
  const columns = names.map((name) => cut(name, 60));
  return table("Rows", columns, cells, rows.length - MOST_ROWS);
}

/** Every request of the evidence, with what it was answered and how long that took. */
export function callTable(calls: readonly (Call | Stream)[]): Html {
  const cells = calls
    .slice(0, MOST_CALLS)
    .map((call) => [
      html`<code>${cut(call.request, LONGEST_VALUE)}</code>`,
      call.status,
      timeCell(call.duration_ms),
      call.kind === "stream" ? endOf(call) : "",
    ]);
  return table("Requests", ["request", "status", "took", "ended"], cells, calls.length - MOST_CALLS);
}

const MOST_CALLS = 100;

function endOf({ events, end }: Stream): string {
  const how = end.replace("-", " ");
  const last = events.at(-1);
  return last === undefined ? how : `${how} after ${timedEventName(last)}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function valueWords(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? cut(value, LONGEST_VALUE) : oneLine(value, LONGEST_VALUE);
}
