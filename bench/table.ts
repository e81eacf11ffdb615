import type { Bound, Row, Unit } from "./comparison.ts";
import type { Spread } from "./statistics.ts";

/** The rows as a table in Markdown, which a terminal shows well enough. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.group,
    row.what,
    figure(row.ours, row.unit),
    `${row.peer} ${figure(row.peers, row.unit)}`,
    row.ratio === null ? "" : spread(row.ratio, (value) => value.toFixed(2)),
    row.bound === null ? "" : wish(row.bound, row.unit),
    row.met === null ? "" : row.met ? "yes" : "NO",
  ]);
  return toMarkdown([["group", "what", "ours", "peer", "ratio", "wished", "met"], ...cells]);
}

function figure(value: Spread, unit: Unit): string {
  return `${spread(value, (number) => round(number))} ${unit}`;
}

/** `23.1 (22.8 to 24.0)`: the median, and between which values the middle half lies. */
function spread({ median, low, high }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(low)} to ${format(high)})`;
}

function wish({ on, side, value }: Bound, unit: Unit): string {
  return on === "ratio" ? `${side} ${value}` : `${side} ${value} ${unit}`;
}

/** Three digits are as many as the measurements are worth. */
function round(value: number): string {
  return new Intl.NumberFormat("en", { maximumSignificantDigits: 3 }).format(value);
}

function toMarkdown([head = [], ...body]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}
